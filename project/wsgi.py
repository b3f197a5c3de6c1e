"""For servers that speak WSGI only; `make run` uses project.asgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.prod")
application = get_wsgi_application()
