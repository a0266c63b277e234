"""What the login says, in German; keys are those of Flask-Security."""

from typing import Final

from vergabe.texts import marked

SUBJECTS: Final = {
    "EMAIL_SUBJECT_PASSWORD_RESET": marked("Passwort neu setzen"),
    "EMAIL_SUBJECT_PASSWORD_NOTICE": marked("Ihr Passwort wurde neu gesetzt"),
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": marked("Ihr Passwort wurde geändert"),
}

CODE_MISSING: Final = marked("Bitte geben Sie den Code ein.")

GERMAN: Final = {
    "UNAUTHORIZED": (marked("Dafür fehlt Ihnen die Berechtigung."), "error"),
    "UNAUTHENTICATED": (marked("Bitte melden Sie sich an."), "error"),
    "REAUTHENTICATION_REQUIRED": (marked("Bitte bestätigen Sie, dass Sie es sind."), "error"),
    "REAUTHENTICATION_SUCCESSFUL": (marked("Danke, bestätigt."), "info"),
    "GENERIC_AUTHN_FAILED": (
        marked("E-Mail-Adresse oder Passwort stimmen nicht. Bitte prüfen Sie beides."),
        "error",
    ),
    "GENERIC_RECOVERY": (
        marked("Wenn es ein Konto mit dieser Adresse gibt, haben wir Ihnen einen Link geschickt."),
        "info",
    ),
    "EMAIL_NOT_PROVIDED": (marked("Bitte geben Sie Ihre E-Mail-Adresse an."), "error"),
    "INVALID_EMAIL_ADDRESS": (marked("Das ist keine gültige E-Mail-Adresse."), "error"),
    "PASSWORD_NOT_PROVIDED": (marked("Bitte geben Sie Ihr Passwort an."), "error"),
    "PASSWORD_INVALID_LENGTH": (
        marked("Das Passwort ist zu kurz. Bitte nehmen Sie mindestens %(length)s Zeichen."),
        "error",
    ),
    "PASSWORD_TOO_SIMPLE": (marked("Das Passwort ist zu einfach."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (marked("Die beiden Passwörter sind verschieden."), "error"),
    "PASSWORD_MISMATCH": (marked("Das Passwort stimmt nicht."), "error"),
    "PASSWORD_IS_THE_SAME": (
        marked("Das neue Passwort ist das alte. Bitte wählen Sie ein anderes."),
        "error",
    ),
    "INVALID_PASSWORD": (marked("Das Passwort stimmt nicht."), "error"),
    "INVALID_PASSWORD_CODE": (marked("Passwort oder Code stimmen nicht."), "error"),
    "PASSWORD_CHANGE": (marked("Ihr Passwort ist geändert."), "success"),
    "PASSWORD_RESET": (marked("Ihr Passwort ist gesetzt, Sie sind angemeldet."), "success"),
    "PASSWORD_RESET_NO_LOGIN": (
        marked("Ihr Passwort ist gesetzt. Bitte melden Sie sich an."),
        "success",
    ),
    "PASSWORD_RESET_EXPIRED": (
        marked("Der Link ist abgelaufen. Fordern Sie hier einen neuen an."),
        "error",
    ),
    "INVALID_RESET_PASSWORD_TOKEN": (
        marked("Der Link ist ungültig oder schon benutzt. Fordern Sie hier einen neuen an."),
        "error",
    ),
    "PASSWORD_RESET_REQUEST": (
        marked("Wenn es zu „%(email)s“ ein Konto gibt, haben wir dorthin einen Link geschickt."),
        "info",
    ),
    "API_ERROR": (
        marked("Diese Eingabe passt hier nicht. Bitte beginnen Sie noch einmal."),
        "error",
    ),
    "ANONYMOUS_USER_REQUIRED": (marked("Sie sind schon angemeldet."), "error"),
    "INVALID_REDIRECT": (marked("Diese Adresse gehört nicht zu diesem Dienst."), "error"),
    "REFRESH": (marked("Bitte melden Sie sich noch einmal an."), "warning"),
    "LOGIN": (marked("Bitte melden Sie sich an, um diese Seite zu sehen."), "info"),
    "USER_DOES_NOT_EXIST": (marked("E-Mail-Adresse oder Passwort stimmen nicht."), "error"),
    "DISABLED_ACCOUNT": (marked("Dieses Konto ist gesperrt."), "error"),
    "CONFIRMATION_REQUIRED": (marked("Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse."), "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        marked("Der Code stimmt nicht. Geben Sie den ein, den die App jetzt anzeigt."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (marked("Sie sind angemeldet."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        marked("Der zweite Faktor ist eingerichtet."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (marked("Bitte melden Sie sich zuerst an."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (marked("Dieses Verfahren gibt es nicht."), "error"),
    "TWO_FACTOR_DISABLED": (marked("Der zweite Faktor ist ausgeschaltet."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (
        marked("Die Einrichtung hat zu lange gedauert. Bitte noch einmal."),
        "error",
    ),
    "INVALID_RECOVERY_CODE": (marked("Der Wiederherstellungscode stimmt nicht."), "error"),
    "NO_RECOVERY_CODES_SETUP": (marked("Sie haben noch keine Wiederherstellungscodes."), "info"),
    "INVALID_CODE": (marked("Der Code stimmt nicht."), "error"),
    "FAILED_TO_SEND_CODE": (
        marked("Der Code ließ sich nicht senden. Bitte später noch einmal."),
        "error",
    ),
}
