"""The WSGI application, for gunicorn and ``flask --app wsgi``.

Under ``flask`` an installation that is not in order still has its commands, so that ``flask --app
wsgi migrate`` can put it in order; a server stops with the reason.
"""

import os
import sys

from flask import Flask

from disclosure.app import create_app
from disclosure.cli import commands
from disclosure.errors import NotReady

try:
    app = create_app()
except NotReady as problem:
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        sys.exit(f"error: {problem.message}")
    app = Flask("disclosure")
for command in commands.commands.values():
    app.cli.add_command(command)
