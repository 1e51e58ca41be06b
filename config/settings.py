"""Settings. With nothing set: the embedded default (SQLite, embedded Valkey, mail to files)."""

import secrets
import sys
from pathlib import Path

from csp.constants import NONE, SELF

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("VAR_DIR") or BASE_DIR / "var")
VAR.mkdir(parents=True, exist_ok=True)

TESTING = "pytest" in sys.modules
DEBUG = env.flag("DEBUG")
DATABASE_URL = env.text("DATABASE_URL")
DATABASES = {"default": env.database(DATABASE_URL, VAR / "mingchou.sqlite3")}
REDIS_URL = env.text("REDIS_URL")
EMBEDDED = not DATABASE_URL
EMBEDDED_REDIS = not REDIS_URL


def _secret_key() -> str:
    """SECRET_KEY from the environment; the embedded default keeps its own in var/."""
    key = env.text("SECRET_KEY")
    if key:
        return key
    if not EMBEDDED and not TESTING:
        raise env.EnvironmentIncomplete(
            "设置了 DATABASE_URL（生产库），但没有 SECRET_KEY。请生成一段 50 位以上的随机文字，"
            "放进环境变量 SECRET_KEY 或用 SECRET_KEY_FILE 指向存放它的文件；换密钥会使封存的抽取秘密无法解开。"
        )
    path = VAR / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(64), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
if not EMBEDDED and not ALLOWED_HOSTS and not TESTING:
    raise env.EnvironmentIncomplete(
        "设置了 DATABASE_URL（生产库），但没有 ALLOWED_HOSTS，例如 mc.example.gov.cn"
    )
if TESTING:
    ALLOWED_HOSTS = ["*"]
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000").rstrip("/")  # what QR codes on paper begin with
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "config",
    "foundation.organisation",
    "foundation.rulebook",
    "foundation.workdays",
    "foundation.ledger",
    "foundation.documents",
    "foundation.intake",
    "registry",
    "personnel",
    "planning",
    "draws",
    "inspections",
    "disclosure",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.middleware.OwnPasswordFirst",
    "config.middleware.Refusals",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.menu.shell",
            ],
            "builtins": ["config.templatetags.mc"],
        },
    }
]

if env.flag("SQLITE_SCRATCH"):
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/open/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLED = not TESTING
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_MIMETYPES = {".py": "text/plain; charset=utf-8"}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT") or VAR / "media")
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "config.uploads.TooLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

_mail = env.email(env.text("EMAIL_URL"), VAR / "mail")
globals().update(_mail)

VALKEY_SOCKET = VAR / "valkey.sock"
LIVE_REDIS_URL = REDIS_URL or f"unix://{VALKEY_SOCKET}"  # wakes the live streams of every web process
LIVE_MAX_WATCHERS = env.number("LIVE_MAX_WATCHERS", 3000)  # open streams per web process
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{VALKEY_SOCKET}"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2}
# 一次大的试算、导入或排版之后，子进程把内存还给机器（千字节；只是运行上的选择）。
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_TASK_ALWAYS_EAGER = (TESTING and not env.flag("CELERY_REAL")) or env.flag("CELERY_EAGER")
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TIMEZONE = TIME_ZONE
YEAR_LOTTERY = "config.simulation.lottery.of_seed"  # planning does not know the draws above it
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "redispatch-late-jobs": {"task": "config.tasks.redispatch_late_jobs", "schedule": 60.0},
    "bring-people-up-to-date": {"task": "personnel.tasks.bring_up_to_date", "schedule": 1800.0},
    "open-disclosure-tasks": {"task": "disclosure.tasks.open_tasks", "schedule": 1800.0},
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache"
        if TESTING or EMBEDDED_REDIS
        else "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "" if TESTING or EMBEDDED_REDIS else REDIS_URL,
    }
}

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 100,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "明抽 接口",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "DESCRIPTION": "双随机、一公开：登录后读名录、计划、抽取；/api/v1/open/ 无需登录。",
}

# 演练的临时库没有后台任务：文书只登记，需要的当场生成。
DOCUMENTS_DEFERRED = env.flag("DOCUMENTS_DEFERRED")
# 本局的业务专长从哪里取（接收机构，返回词的列表）；字典在人员名录，事项清单从这里问。
EXPERTISE_WORDS = "personnel.queries.expertise_words"
# 文书种类 → 谁能读（接收 user、subject_id，返回能否）；不在表里的一律不给。
DOCUMENT_READERS = {
    "draw_minutes": "draws.documents.may_read_minutes",
    "draw_certificate": "draws.documents.may_read_certificate",
    "visit_notice": "inspections.documents.may_read_notice",
    "visit_record": "inspections.documents.may_read_record",
    "handover": "inspections.documents.may_read_handover",
    "plan_sheet": "planning.documents.may_read",
    "disclosure_sheet": "disclosure.documents.may_read",
    "item_list": "registry.documents.may_read",
}
# 名录 → 收文件的门（foundation.intake.doors.Door）。
IMPORT_DOORS = {
    "targets": "registry.doors.TARGETS",
    "items": "registry.doors.ITEMS",
    "inspectors": "personnel.doors.INSPECTORS",
    "assistants": "personnel.doors.ASSISTANTS",
    "field": "inspections.doors.FIELD",
}
# 文书种类 → 生成函数（接收 subject_id，返回 foundation.documents.rendering.Page）。
DOCUMENT_KINDS = {
    "draw_minutes": "draws.documents.minutes",
    "draw_certificate": "draws.documents.certificate",
    "visit_notice": "inspections.documents.notice",
    "visit_record": "inspections.documents.record",
    "handover": "inspections.documents.handover",
    "plan_sheet": "planning.documents.plan_sheet",
    "disclosure_sheet": "disclosure.documents.sheet",
    "item_list": "registry.documents.item_list",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
