"""Characters that stand in for Latin letters, and characters that nobody sees."""

import re
import unicodedata

# Written by hand.
_GROUPS = {
    "a": "аαɑᴀ",
    "b": "ЬвɓʙƄᏏ",
    "c": "сϲᴄⅽсᏟ",
    "d": "ԁɗᴅժᏧ",
    "e": "еєεҽᴇɛ℮Ꭼ",
    "f": "ғƒꜰϝ",
    "g": "ɡցɢԌᏀ",
    "h": "һнʜհᎻ",
    "i": "іιıɪїɩᎥ",
    "j": "јϳᴊʝᎫ",
    "k": "кκᴋқҝᏦĸ",
    "l": "ӏլʟⅼ",
    "m": "мʍᴍϻᎷ",
    "n": "пηռɴո",
    "o": "оοօσᴏөᎾ",
    "p": "рρᴘƿᏢ",
    "q": "ԛզɋ",
    "r": "гʀꭱᴦᏒ",
    "s": "ѕꜱꚃƽᏚ",
    "t": "тτᴛҭᎢ",
    "u": "υսᴜʋц",
    "v": "ѵνᴠⅴᏙ",
    "w": "ԝѡωᴡшᏔ",
    "x": "хχҳᕁ",
    "y": "уүγყʏᎩ",
    "z": "ᴢʐȥᏃ",
}

# Taken by machine: drawn in Noto and DejaVu, scaled to one height and to one square, the letter covers 80 % or more of
# a Latin letter or its mirror image (Dice coefficient) and 3 % more than of any other; a few that the eye reads
# otherwise are struck out.
_DRAWN = {
    "a": "ΑАᎪᐃᐱᗅⴷꓥꓮꙘꭺ𐊍𐊠𐊣𐋎𐌀𐐀𐐞𐐨𐑆𐑵𐒰𐒱𐒲𐓘𐓙𐓚",
    "b": "ВნსხᏴᏼᑲᖯᲡᲮꓐꓭ𐊂𐊡𐌇𐐒𐐺",
    "c": "ͻͼϽϾϿСႠᑐᑕᲃꓚꓛꮯ𐊢𐐕𐐣𐐽𐑋𐑤𐑮",
    "d": "ძᎠᑯᗞᗟᗠᗡᗧᗭᲫⴋꓓꓷꭰ𐊹𐌃",
    "e": "ΕЕᗱᗲᗳᗴⴹⴺⵟꓰꓱ𐊆𐌴",
    "f": "ͰΓϜႨᒣᒥᖴᖷꓝꓶ𐊇𐌲𐐑𐐹",
    "g": "Ꮆᘐⴘꓖꮆ",
    "h": "ΗНҺႹᕼᚺⴌꓧꚔꚕꮋ𐊧𐋏",
    "i": "ΙІӀᛁꓲꙇ𐌉",
    "j": "ͿЈյꓙ𐑚",
    "k": "ΚКԞꓗꮶ𐌺",
    "l": "ԼւᏞᒧᒨᒪᒫᖵᖶᚽᛂᛙᛧⳐⳑⵊⵏⵑꓕꓡꭵꮮ𐊈𐊊𐊦𐌆𐌹𐍘𐍭𐍰𐐛𐑃𐑦",
    "m": "ϺМՠᗰᗶᲅⴇⴊⴠꓟꮇ𐊿",
    "n": "ͶͷΝПՈႶᑎⳭⳮⴖꓠꓵ𐌽𐌿𐍀𐐥𐑍𐒻𐓣",
    "o": "ΟОѲѳѺѻӨՕიჿᏣᏫᲂᲔᲿⴢⴰⴱⴲⵀⵔⵕⵙⵚꓳꙨꙩꙪꙫꮳꮻ𐊒𐊫𐊸𐌏𐍈𐐃𐐄𐐅𐐟𐐧𐐫𐐬𐐭𐑇𐑏𐑴𐒆𐓂𐓃𐓪𐓫",
    "p": "ΡРբրႤႯႲႼᎮᑭᕈᕋᖆᖗᖘⴒꓑꭾꮲ𐊕𐊯𐐋𐐙𐐳𐑁",
    "q": "ԚգႭႳⴗ",
    "r": "ᚨᛐᛚⴈꓣꓩ𐍙𐑐𐑩𐑪𐑾",
    "s": "ЅՏႽჇჽᎦᲕᲷᲽꓢꙄꙅꭶꮪ𐍃𐐠𐑈",
    "t": "ͲͳΤТⴶꓔꚌꭲ𐊗𐊱𐍄",
    "u": "ԱՍᑌᕞᕟᲧᲸⳘⳙⵡꓴ𐌵𐓎𐓶",
    "v": "Ѵᐁᐯⴸꓦꓯꮩ𐊙𐊜𐊼𐌞𐍠𐍵𐑫",
    "w": "ѠԜᎳꓪꮃ",
    "x": "ΧХႿᚷⴳⴴⵅⵝꓫ𐊐𐊴𐋀𐋁𐌗𐍇",
    "y": "ΥҮᛉꓬ𐊲𐊽",
    "z": "Ⴭⴭⵇꓜꮓ𐌶𐍮",
}
# Found in the same way, and the sign for micro: whole Greek and Russian words in these letters must stay what they are.
_IN_MIXED_WORDS = {"a": "Λ", "b": "ΒБ", "m": "Μ", "n": "Ии", "o": "Θθ", "r": "Яя", "u": "μ", "z": "Ζ"}
# Names that Unicode gives to Latin letters in place of the one letter of which they are a form.
_NAMED = {
    word: latin
    for latin, words in {
        "a": ("ALPHA", "VOLAPUK AE"),
        "b": ("BETA",),
        "e": ("SCHWA",),
        "h": ("HENG",),
        "i": ("IOTA",),
        "n": ("ENG",),
        "o": ("VOLAPUK OE",),
        "s": ("ESH",),
        "u": ("UPSILON", "VOLAPUK UE"),
        "w": ("OMEGA",),
        "x": ("CHI",),
        "z": ("EZH",),
    }.items()
    for word in words
}
_LATIN_NAME = re.compile(r"LATIN (?:SMALL |CAPITAL |LETTER )+(.+)")
_LATIN = ((0xC0, 0x2B0), (0x1D00, 0x1DC0), (0x1E00, 0x1F00), (0x2C60, 0x2C80), (0xA720, 0xA800), (0xAB30, 0xAB70))
_GREEK_AND_CYRILLIC = ((0x370, 0x530), (0xA640, 0xA6A0))


def _form_of(char: str) -> str:
    """The letter of which a Latin one is a form by its name ("LATIN SMALL LETTER K WITH HOOK"), or nothing."""
    match = _LATIN_NAME.match(unicodedata.name(char, ""))
    name = match.group(1).partition(" WITH ")[0] if match else ""
    letters = [word for word in name.split() if len(word) == 1]
    if len(letters) == 1 and "SHARP" not in name:
        return letters[0].lower()
    return next((latin for ending, latin in _NAMED.items() if name.endswith(ending)), "")


def _without_extras(char: str) -> str:
    """The letter without the hook, stroke or tail of which its name tells, or the character itself."""
    base, _, extra = unicodedata.name(char, "").partition(" WITH ")
    try:
        return unicodedata.lookup(base) if extra else char
    except KeyError:
        return char


def _each(blocks: tuple[tuple[int, int], ...]) -> list[str]:
    return [chr(code) for first, end in blocks for code in range(first, end)]


def _singles(groups: dict[str, str]) -> dict[str, str]:
    return {char: latin for latin, group in groups.items() for char in group}


_BY_HAND = _singles(_GROUPS)
_OTHER_CASE = {
    char: latin
    for look, latin in _BY_HAND.items()
    for char in (look.upper(), look.lower())
    if len(char) == 1 and not char.isascii()
}
_LISTED = _OTHER_CASE | _singles(_DRAWN) | _BY_HAND
_FILLED = {chr(first + i): chr(ord("a") + i) for first in (0x1F150, 0x1F170) for i in range(26)}
# Coptic is written in Greek capitals, small ones too.
_COPTIC = {
    char: (_LISTED | _singles(_IN_MIXED_WORDS))[greek]
    for code, greek in zip(range(0x2C80, 0x2CB2, 2), "ΑΒ?ΔΕ?ΖΗΘΙΚΛΜΝ?ΟΠΡϹΤΥ?ΧΨΩ", strict=True)
    for char in (chr(code), chr(code + 1))
    if greek in _LISTED or greek in _singles(_IN_MIXED_WORDS)
}
_EXTENDED = {char: _LISTED[base] for char in _each(_GREEK_AND_CYRILLIC) if (base := _without_extras(char)) in _LISTED}

LOOKALIKES: dict[str, str] = _EXTENDED | _COPTIC | _LISTED | _FILLED
"""One character (of another script, or in a filled circle or square) to the Latin letter it is read as."""

FORMS: dict[str, str] = _singles(_IN_MIXED_WORDS) | {
    char: latin for char in _each(_LATIN) if char not in LOOKALIKES and (latin := _form_of(char))
}
"""One character that people also write in earnest (of a Latin or phonetic alphabet, or Greek and Russian) to the plain
letter it is read as where it does not stand in a word of its own script."""

INVISIBLE: frozenset[str] = frozenset(
    [
        chr(c)
        for c in (
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x206A),
            *range(0x180B, 0x180F),
            *range(0xFE00, 0xFE10),
            *range(0xE0000, 0xE0080),
            *range(0xE0100, 0xE01F0),
            0xFEFF,
            0xAD,
            0x34F,
            0x61C,
            0x115F,
            0x1160,
            0x3164,
            0xFFA0,
        )
    ]
)
"""Zero-width, bidirectional, tag and filler characters."""
