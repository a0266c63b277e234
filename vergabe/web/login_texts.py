"""What the login says, in German; keys are those of Flask-Security."""

from typing import Final

SUBJECTS: Final = {
    "EMAIL_SUBJECT_PASSWORD_RESET": "Passwort neu setzen",
    "EMAIL_SUBJECT_PASSWORD_NOTICE": "Ihr Passwort wurde neu gesetzt",
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": "Ihr Passwort wurde geändert",
}

CODE_MISSING: Final = "Bitte geben Sie den Code ein."

GERMAN: Final = {
    "UNAUTHORIZED": ("Dafür fehlt Ihnen die Berechtigung.", "error"),
    "UNAUTHENTICATED": ("Bitte melden Sie sich an.", "error"),
    "REAUTHENTICATION_REQUIRED": ("Bitte bestätigen Sie, dass Sie es sind.", "error"),
    "REAUTHENTICATION_SUCCESSFUL": ("Danke, bestätigt.", "info"),
    "GENERIC_AUTHN_FAILED": (
        "E-Mail-Adresse oder Passwort stimmen nicht. Bitte prüfen Sie beides.",
        "error",
    ),
    "GENERIC_RECOVERY": (
        "Wenn es ein Konto mit dieser Adresse gibt, haben wir Ihnen einen Link geschickt.",
        "info",
    ),
    "EMAIL_NOT_PROVIDED": ("Bitte geben Sie Ihre E-Mail-Adresse an.", "error"),
    "INVALID_EMAIL_ADDRESS": ("Das ist keine gültige E-Mail-Adresse.", "error"),
    "PASSWORD_NOT_PROVIDED": ("Bitte geben Sie Ihr Passwort an.", "error"),
    "PASSWORD_INVALID_LENGTH": (
        "Das Passwort ist zu kurz. Bitte nehmen Sie mindestens %(length)s Zeichen.",
        "error",
    ),
    "PASSWORD_TOO_SIMPLE": ("Das Passwort ist zu einfach.", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("Die beiden Passwörter sind verschieden.", "error"),
    "PASSWORD_MISMATCH": ("Das Passwort stimmt nicht.", "error"),
    "PASSWORD_IS_THE_SAME": (
        "Das neue Passwort ist das alte. Bitte wählen Sie ein anderes.",
        "error",
    ),
    "INVALID_PASSWORD": ("Das Passwort stimmt nicht.", "error"),
    "INVALID_PASSWORD_CODE": ("Passwort oder Code stimmen nicht.", "error"),
    "PASSWORD_CHANGE": ("Ihr Passwort ist geändert.", "success"),
    "PASSWORD_RESET": ("Ihr Passwort ist gesetzt, Sie sind angemeldet.", "success"),
    "PASSWORD_RESET_NO_LOGIN": ("Ihr Passwort ist gesetzt. Bitte melden Sie sich an.", "success"),
    "PASSWORD_RESET_EXPIRED": (
        "Der Link ist abgelaufen. Fordern Sie hier einen neuen an.",
        "error",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        "Der Link ist ungültig oder schon benutzt. Fordern Sie hier einen neuen an.",
        "error",
    ),
    "PASSWORD_RESET_REQUEST": (
        "Wenn es zu „%(email)s“ ein Konto gibt, haben wir dorthin einen Link geschickt.",
        "info",
    ),
    "API_ERROR": ("Diese Eingabe passt hier nicht. Bitte beginnen Sie noch einmal.", "error"),
    "ANONYMOUS_USER_REQUIRED": ("Sie sind schon angemeldet.", "error"),
    "INVALID_REDIRECT": ("Diese Adresse gehört nicht zu diesem Dienst.", "error"),
    "REFRESH": ("Bitte melden Sie sich noch einmal an.", "warning"),
    "LOGIN": ("Bitte melden Sie sich an, um diese Seite zu sehen.", "info"),
    "USER_DOES_NOT_EXIST": ("E-Mail-Adresse oder Passwort stimmen nicht.", "error"),
    "DISABLED_ACCOUNT": ("Dieses Konto ist gesperrt.", "error"),
    "CONFIRMATION_REQUIRED": ("Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse.", "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        "Der Code stimmt nicht. Geben Sie den ein, den die App jetzt anzeigt.",
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("Sie sind angemeldet.", "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("Der zweite Faktor ist eingerichtet.", "success"),
    "TWO_FACTOR_PERMISSION_DENIED": ("Bitte melden Sie sich zuerst an.", "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": ("Dieses Verfahren gibt es nicht.", "error"),
    "TWO_FACTOR_DISABLED": ("Der zweite Faktor ist ausgeschaltet.", "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (
        "Die Einrichtung hat zu lange gedauert. Bitte noch einmal.",
        "error",
    ),
    "INVALID_RECOVERY_CODE": ("Der Wiederherstellungscode stimmt nicht.", "error"),
    "NO_RECOVERY_CODES_SETUP": ("Sie haben noch keine Wiederherstellungscodes.", "info"),
    "INVALID_CODE": ("Der Code stimmt nicht.", "error"),
    "FAILED_TO_SEND_CODE": ("Der Code ließ sich nicht senden. Bitte später noch einmal.", "error"),
}
