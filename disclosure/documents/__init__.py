"""PDFs and images in, PDFs out; knows no database and no Flask."""
