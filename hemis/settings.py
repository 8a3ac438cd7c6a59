"""Settings of HEMIS. Everything that differs between machines comes from the environment.

``HEMIS_ENV`` is ``development`` (default) or ``production``; production refuses
to start with a development secret, with DEBUG, or without real servers.
"""

import os
import sys
from pathlib import Path

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

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
    "hemis.notices",
    "hemis.sheets",
    "hemis.pages",
    "hemis.mailbox",
    "hemis.wording",
    "hemis.help",
    "hemis.nightly",
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
    "hemis.wording.middleware.OwnTextsMiddleware",
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
# Pages name files by their hashed names only; the others would be compressed and kept for nobody.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Files are found when asked for, not all when a handler starts: each browser of a test starts one.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING

# --- sign-in (django-allauth): no sign-up, no mandatory e-mail, TOTP for the roles that sign or hold money
AUTHENTICATION_BACKENDS = ["hemis.access.backends.PersonBackend"]
ACCOUNT_ADAPTER = "hemis.access.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "hemis.access.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "hemis.access.forms.CodeForm",
    "reauthenticate": "hemis.access.forms.CodeAgainForm",
}
MFA_TOTP_ISSUER = "HEMIS"
# Keys of second factors lie sealed; without a key of their own by one derived from SECRET_KEY.
MFA_KEY = os.environ.get("MFA_KEY", "")
MFA_KEY_BEFORE = os.environ.get("MFA_KEY_BEFORE", "")
USERSESSIONS_TRACK_ACTIVITY = False
REQUIRE_SECOND_FACTOR = env_bool("REQUIRE_SECOND_FACTOR", default=PRODUCTION)
ACTIVATION_DAYS = 14
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "hemis.access.passwords.NotOwnDocumentValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- headers
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "hemis.pages.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY", default=False) else None
)
SECURE_HTTPS = env_bool("HTTPS", default=PRODUCTION)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_HTTPS else 0
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# Limits of an uploaded table: the file, what it unpacks to, its rows; and how long a file is kept.
SHEETS_MAX_BYTES = 30 * 2**20
SHEETS_MAX_UNPACKED = 300 * 2**20
SHEETS_MAX_ROWS = 100_000
SHEETS_KEEP_DAYS = 30

# --- cache, sessions and long work
REDIS_URL = os.environ.get("REDIS_URL") or ("" if TESTING else embedded.valkey_url())
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL and not TESTING
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "max_retries": 1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ALWAYS_EAGER = TESTING
CELERY_TIMEZONE = "Asia/Tashkent"
CELERY_BEAT_SCHEDULE = {
    "resume-interrupted-jobs": {"task": "jobs.resume", "schedule": 60.0, "options": {"expires": 60}},
    "nightly": {"task": "nightly.run", "schedule": crontab(hour=1, minute=10)},
    "close-abandoned-tests": {"task": "grading.close_tests", "schedule": 300.0, "options": {"expires": 300}},
    "remind-of-journals": {"task": "attendance.evening", "schedule": crontab(hour=19, minute=30)},
    "execute-due-orders": {"task": "movement.execute_due", "schedule": 3600.0, "options": {"expires": 3600}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(HEMIS_HOME / "celerybeat-schedule")

# Where the night's work writes its backup (hemis.nightly); empty where another timer makes it.
BACKUP_FOLDER = os.environ.get("BACKUP_FOLDER", "")

# --- ways out of the house, off unless switched on (hemis.notices.tasks)
NOTICES_BY_EMAIL = env_bool("NOTICES_BY_EMAIL", default=False)
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "hemis@localhost")
# Whether anybody may look at the timetable of groups, teachers and rooms without signing in.
PUBLIC_TIMETABLE = env_bool("PUBLIC_TIMETABLE", default=True)
SMS_GATEWAY_URL = os.environ.get("SMS_GATEWAY_URL", "")

# --- payment systems, each off (404) without its key (finance.online)
PAYME_KEY = os.environ.get("PAYME_KEY", "")
CLICK_SERVICE_ID = os.environ.get("CLICK_SERVICE_ID", "")
CLICK_SECRET_KEY = os.environ.get("CLICK_SECRET_KEY", "")

# --- logs: JSON without personal data in production, plain lines for the developer elsewhere (hemis.ops.logs)
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "hemis.ops.logs.JsonFormatter"},
        "plain": {"()": "hemis.ops.logs.PlainFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json" if PRODUCTION else "plain"}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Its warnings repeat the whole address; the request log says the same without it.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "django.server": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
