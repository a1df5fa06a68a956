"""The lines by which mail clients introduce a quote, a forward or a signature: data, by language.

English, German, French and Spanish as Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, GMX and Proton write them, and
what else came for free. Every pattern is applied to a single line, or to up to four joined ones, of bounded length.
"""

from __future__ import annotations

import re

# "On Tue, 3 Nov 2026 at 10:05, Adaeze <a@b> wrote:" and its like. They only say that it could be one: see own_words.
ATTRIBUTIONS = re.compile(
    r"""^(?:
      On\s.{4,}?\swrote\s?:
    | Quoting\s.{3,}:
    | Am\s.{4,}?\sschrieb\b.*:
    | Am\s.{4,}\shat\s.{2,}\sgeschrieben\s?:
    | Le\s.{4,}?\sa\s[ée]crit\s?:
    | El\s.{4,}?\sescribi[óo](?:\slo\ssiguiente)?\s?:
    | Il\s.{4,}?\sha\sscritto\s?:
    | Em\s.{4,}?\sescreveu\s?:
    | Op\s.{4,}?\s(?:schreef|geschreven)\b.*:
    | \d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s.{4,}<\S+@\S+>\s?:
    )$""",
    re.VERBOSE | re.IGNORECASE,
)

# The same without a known first word: taken only where they are a whole line.
LOOSE_ATTRIBUTIONS = re.compile(
    r"""^(?:
      .{2,}\swrote(?:\s(?:on|at)\s.{4,})?\s?:
    | .{2,}\sschrieb(?:\s(?:am|um)\s.{4,})?\s?:
    | .{2,}\shat\s.{2,}\sgeschrieben\s?:
    | .{2,}\sa\s[ée]crit(?:\sle\s.{4,})?\s?:
    | .{2,}\sescribi[óo](?:\sel\s.{4,})?\s?:
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
# Yahoo's apps write the quote into the same line: "On Tue, Nov 3, 2026 at 10:05 AM, Adaeze<a@b> wrote:   Dear ...".
INLINE_ATTRIBUTIONS = re.compile(
    r"""^(?:On|Le|El|Il|Em)\s[^<>]{0,40}\d[^<>]{4,120}<[^\s<>@]+@[^\s<>]+>\s*
      (?:wrote|a\s[ée]crit|escribi[óo]|ha\sscritto|escreveu)\s?:\s+\S
    | ^Am\s[^<>]{0,40}\d[^<>]{2,80}\sschrieb\s[^<>]{1,80}<[^\s<>@]+@[^\s<>]+>\s?:\s+\S""",
    re.VERBOSE | re.IGNORECASE,
)

_FORWARD_WORDS = (
    "original message|forwarded message|original appointment|reply message|"
    "ursprüngliche nachricht|originalnachricht|original-nachricht|urspruengliche nachricht|weitergeleitete nachricht|"
    "ursprünglicher termin|message d['’]origine|message original|message transféré|message réexpédié|message initial|"
    "rendez-vous d['’]origine|mensaje original|mensaje reenviado|mensagem original|mensagem encaminhada|"
    "messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht"
)
# "-----Original Message-----", "---------- Forwarded message ---------".
FORWARD_RULES = re.compile(
    rf"^[\s>*]*[-_]{{2,}}\s?(?:{_FORWARD_WORDS}|forwarded by .{{1,80}})\s?[-_]{{2,}}", re.IGNORECASE
)
# "Begin forwarded message:" (Apple Mail).
FORWARD_LINES = re.compile(
    r"""^(?:begin\sforwarded\smessage|anfang\sder\sweitergeleiteten\s(?:nachricht|e-mail)|
    début\sdu\smessage\s(?:transféré|réexpédié)|inicio\sdel\smensaje\sreenviado|inizio\smessaggio\sinoltrato)\s?:$""",
    re.VERBOSE | re.IGNORECASE,
)
RULES = re.compile(r"^[_\-*=\u2500\u2014]{5,}$")

# The header lines that Outlook (and GMX, Thunderbird's forwards, ...) writes above a quote, by what they hold.
HEADER_LABELS: dict[str, str] = {
    label: kind
    for kind, labels in {
        "from": "from|von|de|da|van|från|fra|expéditeur|remitente|absender",
        # Words that mean nothing but "sent": with "from" they are enough; a date alone is not.
        "sent": "sent|gesendet|envoyé|enviado|enviado el|enviada em|inviato|verzonden|skickat",
        "date": "date|datum|fecha|data|sent on",
        "to": "to|an|à|a|para|pour|aan|till|til|destinataire|empfänger",
        "cc": "cc|kopie|copie|bcc|cc:",
        "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|ämne|assunto|sujet|subj",
        "other": "reply-to|antwort an|répondre à|responder a|importance|attachments|anlagen|wichtigkeit|organization",
    }.items()
    for label in labels.split("|")
}
HEADER_LINE = re.compile(r"^[\s>*_]*([^\W\d_][\w \-]{0,14}?)[ *_]*:[ *_]*(.*)$")

SIGNATURE_MARK = re.compile(r"^--\s?$")
_DEVICE = (
    r"(?:i ?phone|i ?pad|i ?pod|android|samsung|galaxy|huawei|xiaomi|pixel|blackberry|windows phone|mobile|handy|"
    r"smartphone|phone|telefon|téléphone|tablette|teléfono|móvil|celular|fairphone|apple watch|mac\b|"
    r"yahoo|outlook|gmail|gmx|web\.de|proton\s?mail|mailbox|tutanota|tuta|aol|mail app|mail\b|nine|spark|k-9|bluemail|"
    r"thunderbird|orange|free\b|sfr\b|t-mobile|verizon|at&t)"
)
# "Sent from my iPhone", "Get Outlook for iOS<https://...>": one line, alone.
DEVICE_LINE = re.compile(
    rf"""^(?:
      (?:sent|written|typed|emailed)\s(?:from|via|with|using|by|on)\s.{{0,60}}{_DEVICE}
    | get\s.{{0,20}}outlook\s.{{0,60}}
    | (?:diese\s(?:nachricht|e-?mail)\swurde\s)?(?:gesendet|verschickt|verfasst)
      \s(?:von|mit|über|aus)\s.{{0,60}}{_DEVICE}
    | (?:diese\s(?:nachricht|e-?mail)\swurde\s)?(?:von|mit|über)\s.{{0,60}}{_DEVICE}
      .{{0,60}}\s(?:gesendet|verschickt|verfasst)
    | (?:holen|laden|herunterladen|hole)\s.{{0,30}}outlook.{{0,60}} | outlook\sfür\s.{{1,20}}herunterladen
    | envoyé\s(?:de|depuis|à\spartir\sde|avec|par|via)\s.{{0,60}}{_DEVICE}
    | (?:télécharger?|obtenir|obtenez|téléchargez)\s.{{0,20}}outlook.{{0,60}}
    | enviado\s(?:desde|con|mediante|por)\s.{{0,60}}{_DEVICE}
    | (?:obtener|obtén|descargar?)\s.{{0,20}}outlook.{{0,60}}
    | inviato\sda\s.{{0,60}}{_DEVICE} | verzonden\s(?:vanaf|met)\s.{{0,60}}{_DEVICE}
    | enviado\sdo\smeu\s.{{0,60}}{_DEVICE}
    )[^.!?]{{0,80}}\.?(?:\s?[<(\[]?https?://\S*)?$""",
    re.VERBOSE | re.IGNORECASE,
)

# How a paragraph begins that a mail server wrote, not the author: by itself ...
DISCLAIMER_HEADS = re.compile(
    r"""^[\s*_\-\[(]*(?:
      confidential(?:ity)?\s(?:notice|note|statement) | confidentiality\s?: | (?:legal\s)?disclaimer\s?:
    | legal\snotice\s?:
    | (?:caution|warning|achtung|attention|atención)\s?:?\s.{0,40}\b(?:external|extern|externe|externo|outside)\b
    | \[?external(?:\se-?mail|\ssender)\b | please\sconsider\sthe\senvironment
    | (?:please\s)?think\sbefore\syou\sprint
    | you\sdon['’]t\soften\sget\semail\sfrom | sie\serhalten\snicht\s(?:oft|häufig)\se-?mails
    | vertraulichkeitshinweis | bitte\s(?:denken\ssie\san|prüfen\ssie).{0,30}(?:umwelt|ausdrucken)
    | avis\sde\sconfidentialité | pensez\sà\sl['’]environnement | (?:vous\s)?n['’]imprimez\s
    | aviso\s(?:legal|de\sconfidencialidad) | (?:antes\sde\simprimir|por\sfavor.{0,20}medio\sambiente)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# ... or together with two of the words below.
DISCLAIMER_STARTS = re.compile(
    r"""^[\s*_\-\[(]*(?:
      (?:privileged|private)\s(?:and|&)\sconfidential | confidential\s(?:and|&)\sprivileged | disclaimer\b
    | this\s(?:e-?mail|message|communication|transmission)\b
    | the\s(?:information|contents?)\s(?:contained\s)?(?:in|of)\sthis\s
    | if\syou\s(?:are\snot\sthe\sintended|have\sreceived\sthis\s(?:e-?mail|message))
    | diese\s(?:e-?mail|nachricht)\b | (?:wichtiger\s)?hinweis\s?: | der\sinhalt\sdieser\s(?:e-?mail|nachricht)
    | ce\s(?:message|courriel|mail|e-mail)\b | l['’]information\scontenue
    | este\s(?:mensaje|correo|e-?mail)\b | la\sinformación\scontenida
    )""",
    re.VERBOSE | re.IGNORECASE,
)
DISCLAIMER_WORDS = re.compile(
    r"""confidential|privileged|intended\s(?:solely|only|recipient|for)|addressee|in\serror|liab|copy|disclos|delete
    |virus|vertraulich|rechtlich\sgeschützt|adressat|empfänger|irrtümlich|unbefugt|vernichten|löschen
    |confidentiel|destinataire|par\serreur|supprim|confidencial|destinatari|por\serror|elimin""",
    re.VERBOSE | re.IGNORECASE,
)

# What stands where a client that can't show HTML would look: the HTML part says the same, and more.
STUB = re.compile(
    r"""(?:e-?mail|mail|your|this|the|please)\b
      .{0,80}\b(?:client|reader|program|viewer|browser|message|version|format).{0,80}\bhtml
    |\bhtml\b.{0,80}\b(?:client|reader|program|viewer|support|enable|view|browser|version|format|compatible|capable)
    |html-?(?:nachricht|mail|e-mail|format|fähig|darstellung)
    |(?:message|courriel|format|version|lecteur)\b.{0,60}\bhtml
    |(?:mensaje|correo|formato|versión|cliente)\b.{0,60}\bhtml
    |view\sthis\s(?:e-?mail|message)\sin\s(?:your|a)\s(?:web\s)?browser""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
