"""Phrases that mark a sale, by the word they begin with: messengers, payment, cart, licences, seals, disclosures."""

import re
from typing import Final, NamedTuple

from crawler.extraction.elements import names

_HANDLE: Final = (
    r"(?:\s{0,2}(?:me|id|app|number|handle|messenger|channel|group|chat))?"
    r"(?:\s{0,2}[:=@#-]{1,2}\s{0,2}@?[\w.+-]{3,40})?"
)
_CUED: Final = (
    r"(?:\s{1,2}(?:app|messenger|id|number|handle)\b|\s{0,2}[:@]\s{0,2}@?[\w.+-]{3,70}"
    r"|(?<=\bon signal)|(?<=\bvia signal))"
)

_MESSENGERS: Final = {
    **{name: name + _HANDLE for name in ("wickr", "snapchat", "wechat", "viber", "kik")},
    "whatsapp": rf"whatsapp(?:(?:\.com/|://)send/?\?phone=\+?\d{{7,15}}|{_HANDLE})",
    "telegram": rf"telegram(?:\.(?:me|dog)/[\w+/-]{{3,64}}|{_HANDLE})",
    "threema": rf"threema(?:\.id/[a-z0-9*]{{8}}|{_HANDLE})",
    "discord": rf"discord(?:\.gg/[\w-]{{3,40}}|{_HANDLE})",
    "whats": r"whats\s?app" + _HANDLE,
    "signal": rf"signal(?:\.me/#p/\+?\d{{7,15}}|\.group/#?[\w-]{{8,70}}|{_CUED})",
    "session": (
        r"session(?:\s{1,2}(?:app|messenger|id)\b(?:\s{0,2}[:=]?\s{0,2}05[0-9a-f]{64})?"
        r"|\s{0,2}[:@]\s{0,2}05[0-9a-f]{10,64})"
    ),
    "snap": r"snap(?:\s{0,2}[:@]\s{0,2}@?[\w.-]{3,40}|\s{1,2}me\b)",
    "wa": r"wa\.me/[\w+/]{3,40}",
    "t": r"t\.me/[\w+/-]{3,64}",
    "tg": r"tg\s{0,2}[:@]\s{0,2}@?[\w.]{3,40}",
    "dm": r"dm\s{1,2}(?:me|us|for|to\s{1,2}order)\b",
    "inbox": r"inbox\s{1,2}(?:me|us|for)\b",
    "text": r"text\s{1,2}(?:me|us)\b",
}
_COINS_AND_WALLETS: Final = (
    "bitcoin bitcoins btc monero xmr usdt tether ethereum litecoin dogecoin crypto cryptocurrency cryptocurrencies"
    " zelle venmo cashapp paypal moneygram skrill neteller revolut paysafecard blik przelewy24"
)
_PAYMENTS: Final = {
    **{word: word for word in names(_COINS_AND_WALLETS)},
    "cash": r"cash\s{0,2}app|cash\s{1,2}(?:in|by)\s{1,2}(?:the\s{1,2})?mail|cash\s{1,2}on\s{1,2}delivery",
    "gift": r"gift\s{0,2}cards?",
    "amazon": r"amazon\s{1,2}(?:gift\s{1,2}cards?|vouchers?)",
    "steam": r"steam\s{1,2}(?:gift\s{1,2})?cards?",
    "western": r"western\s{1,2}union",
    "bank": r"bank\s{1,2}(?:transfers?|wire)",
    "wire": r"wire\s{1,2}transfers?",
    "apple": r"apple\s{1,2}pay",
    "google": r"google\s{1,2}pay",
    "perfect": r"perfect\s{1,2}money",
    "escrow": r"escrow",
    "money": r"money\s{1,2}orders?",
    "cod": r"cod\s{1,2}(?:available|accepted|orders?)",
}
_CARTS: Final = {
    "add": r"add(?:ed)?\s{1,2}to\s{1,2}(?:your\s{1,2}|my\s{1,2})?(?:shopping\s{1,2})?(?:cart|basket|bag)",
    "buy": r"buy\s{1,2}(?:it\s{1,2})?now",
    "order": r"order\s{1,2}(?:now|online|today|here)",
    "place": r"place\s{1,2}(?:your\s{1,2}|an\s{1,2})?order",
    "shopping": r"shopping\s{1,2}(?:cart|basket|bag)",
    "view": r"view\s{1,2}(?:cart|basket|bag)",
    "proceed": r"proceed\s{1,2}to\s{1,2}(?:checkout|payment)",
    "checkout": r"checkout",
    "in": r"in\s{1,2}stock|in\s{1,2}den\s{1,2}warenkorb|in\s{1,2}winkelwagen",
    "out": r"out\s{1,2}of\s{1,2}stock",
    "sold": r"sold\s{1,2}out",
    "free": r"free\s{1,2}(?:shipping|delivery)",
    "discreet": r"discreet(?:ly)?\s{1,2}(?:packag\w{2,4}|shipp\w{2,3}|deliver\w{1,3})",
    "stealth": r"stealth\s{1,2}(?:packag\w{2,4}|shipp\w{2,3}|deliver\w{1,3}|mode)",
    "ajouter": r"ajouter\s{1,2}au\s{1,2}panier",
    "añadir": r"añadir\s{1,2}al\s{1,2}carrito",
    "aggiungi": r"aggiungi\s{1,2}al\s{1,2}carrello",
    "adicionar": r"adicionar\s{1,2}ao\s{1,2}carrinho",
    "dodaj": r"dodaj\s{1,2}do\s{1,2}koszyka",
    "warenkorb": r"warenkorb",
    "в": r"в\s{1,2}корзину",
}
_NUMBERED: Final = (
    r"\s{0,2}(?:no\b\.?|number|nr\b\.?|num\b\.?|#|id)?\s{0,2}[:#]?\s{0,2}(?=[a-z0-9/-]{0,15}\d)[a-z0-9/-]{4,20}"
)
_LICENCES: Final = {
    "npi": r"npi" + _NUMBERED,
    "dea": r"dea(?:\s{1,2}(?:registration|reg\b\.?|licen[cs]e))?" + _NUMBERED,
    "license": r"license" + _NUMBERED,
    "licence": r"licence" + _NUMBERED,
    "lic": r"lic\.?" + _NUMBERED,
    "registration": r"registration" + _NUMBERED,
    "ahpra": r"ahpra(?:\s{1,2}registration)?" + _NUMBERED,
    "gphc": r"gphc(?:\s{1,2}registration)?" + _NUMBERED,
    "gmc": r"gmc(?:\s{1,2}registration)?" + _NUMBERED,
    "cqc": r"cqc(?:\s{1,2}(?:provider|registration))?" + _NUMBERED,
    "ncpdp": r"ncpdp" + _NUMBERED,
}
_DISCLOSURES: Final = {
    "side": r"side\s{1,2}effects?",
    "not": (
        r"not\s{1,2}(?:been\s{1,2})?(?:evaluated|approved|reviewed)\s{1,2}by\s{1,2}(?:the\s{1,2})?(?:us\s{1,2})?(?:fda|food)"
        r"|not\s{1,2}fda[\s-]approved|not\s{1,2}intended\s{1,2}to\s{1,2}(?:diagnose|treat|cure)"
        r"|not\s{1,2}for\s{1,2}human(?:\s{1,2}or\s{1,2}(?:animal|veterinary))?\s{1,2}(?:consumption|use)"
        r"|not\s{1,2}(?:a\s{1,2}substitute\s{1,2}for|medical\s{1,2}advice)"
    ),
    "off": r"off[\s-]label",
    "individual": r"individual\s{1,2}results\s{1,2}(?:may|can|will)\s{1,2}vary",
    "results": r"results\s{1,2}(?:may|can|will)\s{1,2}vary",
    "consult": (
        r"consult\s{1,2}(?:with\s{1,2})?(?:your|a)\s{1,2}(?:own\s{1,2})?"
        r"(?:doctor|physician|pharmacist|healthcare\s{1,2}provider)"
    ),
    "prescription": r"prescription\s{1,2}(?:only|(?:is\s{1,2})?required)",
    "rx": r"rx\s{1,2}only",
    "research": r"research\s{1,2}(?:use|purposes)\s{1,2}only",
    "laboratory": r"laboratory\s{1,2}use\s{1,2}only",
    "important": r"important\s{1,2}safety\s{1,2}information",
    "boxed": r"boxed\s{1,2}warning",
    "contraindications": r"contraindications",
    "disclaimer": r"disclaimer",
    "sponsored": r"sponsored(?:\s{1,2}(?:content|post|by))?",
    "advertisement": r"advertisement",
    "advertorial": r"advertorial",
    "paid": r"paid\s{1,2}(?:partnership|promotion|advertisement|post)",
    "affiliate": r"affiliate\s{1,2}(?:links?|commissions?)",
    "ad": r"(?<=#)ad",
    "rezeptpflichtig": r"rezeptpflichtig\w{0,2}",
    "nebenwirkungen": r"nebenwirkungen",
    "effets": r"effets\s{1,2}(?:secondaires|indésirables)",
    "efectos": r"efectos\s{1,2}(?:secundarios|adversos)",
    "effetti": r"effetti\s{1,2}collaterali",
    "skutki": r"skutki\s{1,2}uboczne",
    "побочные": r"побочные\s{1,2}(?:эффекты|действия)",
}
_SEALS: Final = {
    "legitscript": r"legitscript(?:\s{1,2}(?:certified|approved))?",
    "nabp": r"nabp(?:\s{1,2}(?:accredited|approved|verified))?",
    "vipps": r"vipps",
    "pharmacychecker": r"pharmacychecker",
    "cipa": r"cipa\s{1,2}(?:certified|member|approved)",
    "verified": r"verified\s{1,2}(?:vendors?|sellers?|pharmacy|internet\s{1,2}pharmacy)",
    "trusted": r"trusted\s{1,2}(?:vendors?|sellers?|suppliers?|shops?)",
    "trustpilot": r"trustpilot",
    "fda": r"fda[\s-]{1,2}(?:approved|registered|cleared)",
    "regulated": r"regulated\s{1,2}by\s{1,2}(?:the\s{1,2})?(?:gphc|cqc|mhra|fda|ahpra)",
    "jcaho": r"jcaho",
    "hipaa": r"hipaa(?:[\s-]{1,2}compliant)?",
    "ssl": r"ssl\s{1,2}(?:secured?|encrypted|certificate)",
}


class Phrase(NamedTuple):
    """A pattern for lower-case text, to be matched wherever `needle` stands.

    told_by: words of which every match holds one; none where nothing is to be gained.
    """

    kind: str
    needle: str
    pattern: re.Pattern[str]
    told_by: frozenset[str]


def _compiled(kind: str, phrases: dict[str, str]) -> dict[str, Phrase]:
    return {
        word: Phrase(
            kind,
            _NEEDLES.get(word, word),
            re.compile(rf"(?<!\w)(?:{phrase})(?!\w)"),
            _TOLD_BY.get(word, frozenset()),
        )
        for word, phrase in phrases.items()
    }


_NEEDLES: Final = {"t": "t.me/", "wa": "wa.me/"}
# Where a phrase begins with an everyday word, it is looked for only in texts that hold another of its words.
_TOLD_BY: Final = {
    "add": names("cart basket bag"),
    "buy": names("now"),
    "cash": names("app cashapp mail delivery"),
    "consult": names("doctor physician pharmacist healthcare"),
    "fda": names("approved registered cleared"),
    "free": names("shipping delivery"),
    "gift": names("card cards giftcard giftcards"),
    "google": names("pay"),
    "important": names("safety"),
    "in": names("stock warenkorb winkelwagen"),
    "individual": names("vary"),
    "not": names("evaluated approved reviewed intended human substitute advice"),
    "off": names("label"),
    "order": names("now online today here"),
    "out": names("stock"),
    "paid": names("partnership promotion advertisement post"),
    "place": names("order"),
    "prescription": names("only required"),
    "research": names("only"),
    "results": names("vary"),
    "side": names("effect effects"),
    "sold": names("out"),
    "text": names("me us"),
    "view": names("cart basket bag"),
}

PHRASES: Final = {
    **_compiled("messenger", _MESSENGERS),
    **_compiled("payment", _PAYMENTS),
    **_compiled("cart", _CARTS),
    **_compiled("licence", _LICENCES),
    **_compiled("seal", _SEALS),
    **_compiled("disclosure", _DISCLOSURES),
}
"""Phrases by their first word; a text without that word has none of them."""
