"""How people sign in: nothing here is read from the environment.

Codes rather than links are mailed: no secret stands in an address, a log or a Referer, and a mail
may be read on another device than the one that asked.
"""

AUTH_USER_MODEL = "editor.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator"},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "editor.services.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# The adapter takes addresses on trust where no mail can be sent.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "/accounts/profile/"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "login": "editor.forms.account.LoginForm",
    "signup": "editor.forms.account.SignupForm",
    "reauthenticate": "editor.forms.account.ReauthenticateForm",
    "confirm_email_verification_code": "editor.forms.account.AddressCodeForm",
    "add_email": "editor.forms.profile.AddressForm",
    "change_password": "editor.forms.password.ChangePasswordForm",
    "set_password": "editor.forms.password.SetPasswordForm",
    "reset_password": "editor.forms.forgotten.AskForm",
    "confirm_password_reset_code": "editor.forms.forgotten.CodeForm",
    "reset_password_from_key": "editor.forms.forgotten.NewPasswordForm",
}

# One window for all, so that "wait five minutes" is always true (Retry-After says the same).
RATE_LIMIT_SECONDS = 300
ACCOUNT_RATE_LIMITS = {
    "login": "60/5m/ip",
    "login_failed": "20/5m/ip,5/5m/key",
    "signup": "20/5m/ip",
    "reset_password": "20/5m/ip,3/5m/key",
    "reset_password_from_key": "20/5m/ip",
    "confirm_email": "5/5m/key",
    "change_password": "10/5m/user",
    "manage_email": "10/5m/user",
    "reauthenticate": "10/5m/user",
}

MFA_ADAPTER = "editor.services.two_step.TwoStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Pentimento"
# A clock that is half a minute off still signs in.
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "30/5m/ip"}
MFA_FORMS = {
    "authenticate": "editor.forms.two_step.AuthenticateForm",
    "reauthenticate": "editor.forms.two_step.ReauthenticateForm",
    "activate_totp": "editor.forms.two_step.ActivateForm",
    "authenticate_webauthn": "editor.forms.passkeys.StepForm",
    "reauthenticate_webauthn": "editor.forms.passkeys.ConfirmForm",
    "login_webauthn": "editor.forms.passkeys.LoginForm",
    "add_webauthn": "editor.forms.passkeys.AddForm",
    "edit_webauthn": "editor.forms.passkeys.RenameForm",
}
