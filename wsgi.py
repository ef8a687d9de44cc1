"""The WSGI application, for gunicorn and ``flask --app wsgi``."""

from disclosure.app import create_app

app = create_app()
