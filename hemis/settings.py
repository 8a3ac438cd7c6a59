"""Settings of HEMIS. Everything that differs between machines comes from the environment.

``HEMIS_ENV`` is ``development`` (default) or ``production``; production refuses
to start with a development secret, with DEBUG, or without real servers.
"""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from hemis import embedded
from hemis.env import database_from_url, env_bool, env_list

BASE_DIR = Path(__file__).resolve().parent.parent
HEMIS_HOME = embedded.home()
HEMIS_ENV = os.environ.get("HEMIS_ENV", "development")
PRODUCTION = HEMIS_ENV == "production"
TESTING = "pytest" in sys.modules

DEVELOPMENT_SECRET = "development-only-secret-never-in-production"  # noqa: S105
SECRET_KEY = os.environ.get("SECRET_KEY") or DEVELOPMENT_SECRET
DEBUG = env_bool("DEBUG", default=False)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

if PRODUCTION:
    if SECRET_KEY == DEVELOPMENT_SECRET or len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("Production needs SECRET_KEY with at least 50 random characters.")
    if DEBUG:
        raise ImproperlyConfigured("Production refuses to start with DEBUG.")
    for name in ("DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "PUBLIC_URL"):
        if not os.environ.get(name):
            raise ImproperlyConfigured(f"Production needs {name}.")

# The owner migrates; everything else runs as the application's own role,
# which can neither disable a trigger nor touch the history.
OWNER_COMMANDS = {"migrate", "makemigrations", "test", "sqlmigrate", "showmigrations", "dbgrants", "flush"}
AS_OWNER = TESTING or (len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS)


def _database_url() -> str:
    if AS_OWNER and os.environ.get("DATABASE_OWNER_URL"):
        return os.environ["DATABASE_OWNER_URL"]
    if os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    return embedded.postgres_dsn(role=embedded.OWNER_ROLE if AS_OWNER else embedded.APP_ROLE)


DATABASES = {"default": database_from_url(_database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "hemis.access.admin_site.HemisAdminConfig",
    "csp",
    "django_htmx",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "hemis.people",
    "hemis.access",
    "hemis.classifiers",
    "hemis.documents",
    "hemis.jobs",
    "hemis.sheets",
    "hemis.pages",
    "structure",
    "staff",
    "students",
    "curriculum",
    "attendance",
    "grading",
    "finance",
    "research",
    "doctorate",
    "movement",
    "records",
    "reports",
]
AUTH_USER_MODEL = "people.User"

MIDDLEWARE = [
    "hemis.ops.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "hemis.ops.middleware.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hemis.ops.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "hemis.access.middleware.AccessMiddleware",
]
ROOT_URLCONF = "hemis.urls"
WSGI_APPLICATION = "hemis.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hemis.pages.context.shell",
            ],
            "builtins": ["hemis.pages.templatetags.hemis"],
        },
    }
]

LANGUAGE_CODE = "uz"
LANGUAGES = [("uz", "Oʻzbekcha"), ("uz-cyrl", "Ўзбекча"), ("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "hemis" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Tashkent"
USE_TZ = True
FORMAT_MODULE_PATH = ["hemis.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = HEMIS_HOME / "static"
MEDIA_ROOT = HEMIS_HOME / "media"
MEDIA_URL = "/files/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (DEBUG or TESTING)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
