"""Characters that stand in for Latin letters, and characters that nobody sees; the table follows NFKC folding."""

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

LOOKALIKES: dict[str, str] = {
    char: latin
    for latin, group in _GROUPS.items()
    for look in group
    for char in {look, look.upper(), look.lower()}
    if len(char) == 1 and not char.isascii()
} | {chr(first + i): chr(ord("a") + i) for first in (0x1F150, 0x1F170) for i in range(26)}
"""One character (of another script, or in a filled circle or square) to the Latin letter it is read as."""

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
