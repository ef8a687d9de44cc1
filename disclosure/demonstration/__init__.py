"""The demonstration: a made-up marketplace on which every route can be walked.

Nothing here is used outside ``serve --demo`` and tests. ``marketplace.py`` builds the platform's
database, ``people.py`` and ``trade.py`` say who and what is in it.
"""
