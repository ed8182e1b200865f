"""The made-up pages of the console's world: one of every severity, hostile ones, and many for paging."""

from classifier.labels import Label, Severity
from classifier.types import Note
from tests.api.console.drafts import SHOP, Hit, Part, Site

CLINIC = "https://bright-harbour-clinic.example/treatments/depression"
LOZENGES = "https://quiet-post.example/how-it-works"
HOSTILE = "https://odd-markup.example/a?next=%3Cscript%3E&x=1"
ARABIC = "https://souq-night.example/ar/menu"
LONG = "https://endless-blog.example/entry/44"
UNSEEN = "https://picture-board.example/item/9"
JOURNAL = "https://calm-letters.example/morning-pages"
DISGUISED = "https://nightline.example/menu"

SCRIPT = "</p><script>window.taken = true</script><img src=x onerror='window.taken = true'>"


def shop(price: str = "95", *, later: bool = False) -> Site:
    """A shop that sells crystals; the later capture has another price and a new promise."""
    terms = [
        Part("Padded mailer, no sender name. If customs keep it we send it again.", "item"),
        Part("Card, bank transfer or coins. Orders over 200 ship the same day.", "item"),
    ]
    added = [Part("No script needed: tick the form and it ships tonight.", "item")] if later else []
    hits = [
        Hit(
            f"Needlepoint S-isomer, 5 g, {price} EUR, in stock",
            Label.SALE_OFFER,
            Severity.CRITICAL,
            0.98,
            (("in stock", 2.1), ("5 g", 1.6), ("EUR", 1.2), ("S-isomer", 0.9), ("names a price", 0.6), ("lab", -0.4)),
        ),
        Hit(
            "Sold for laboratory study only, though our regulars come back every Friday",
            Label.SHAM_DISCLAIMER,
            Severity.CRITICAL,
            0.83,
            (("laboratory study only", 1.8), ("regulars come back", 1.1), ("study", -0.5)),
        ),
        Hit(
            "the cleanest way to float through a weekend",
            Label.RECREATIONAL_PROMOTION,
            Severity.HIGH,
            0.74,
            (("float", 1.3), ("weekend", 1.0), ("cleanest", 0.4)),
        ),
        Hit(
            "our regulars come back every Friday for the cleanest way to float through a weekend and wake up cured of"
            " the week",
            Label.CURE_OR_GUARANTEE,
            Severity.MEDIUM,
            0.58,
            (("cured of", 1.5), ("wake up", 0.3), ("weekend", -0.7)),
            topic="E-MDD",
        ),
        Hit(
            "no sender name. If customs keep it we send it again",
            Label.EVASIVE_FULFILMENT,
            Severity.CRITICAL,
            0.95,
            (("no sender name", 1.9), ("customs", 1.4), ("send it again", 1.2)),
        ),
    ]
    if later:
        hits.append(
            Hit(
                "No script needed: tick the form and it ships tonight",
                Label.NO_PRESCRIPTION,
                Severity.CRITICAL,
                0.96,
                (("No script needed", 2.4), ("tick the form", 1.1), ("ships", 0.5)),
            )
        )
    return Site(
        SHOP,
        "Needlepoint S-isomer, lab tested | Crystal Pier",
        (
            Part("Needlepoint S-isomer, lab tested | Crystal Pier", "title", "head"),
            Part("Crystals, vials and sprays, sent from inside the Union.", "meta", "head"),
            Part("Shop", "link", "nav"),
            Part("Reviews", "link", "nav"),
            Part("Needlepoint S-isomer", "heading"),
            Part(f"Needlepoint S-isomer, 5 g, {price} EUR, in stock. Larger amounts on request."),
            Part(
                "Sold for laboratory study only, though our regulars come back every Friday for the cleanest way to"
                " float through a weekend and wake up cured of the week. We have been on the pier since the spring and"
                " answer every message ourselves."
            ),
            Part("Add to basket", "button"),
            Part("Delivery", "heading"),
            *terms,
            *added,
            Part("buy ketamine crystal online cheap legal europe", hidden=True),
            Part("Crystal Pier, harbour office 4. All prices with tax.", "text", "footer"),
        ),
        tuple(hits),
        signals=(
            ("price", f"{price} EUR"),
            ("amount", "5 g"),
            ("messenger", "t.me/pier_example"),
            ("payment", "coins"),
        ),
        notes=(Note("PAY-VISA", "Card payment is offered on a page that sells a controlled drug."),) if later else (),
    )


def clinic() -> Site:
    """A careless clinic: claims of every kind."""
    return Site(
        CLINIC,
        "Ketamine for depression | Bright Harbour Clinic",
        (
            Part("Ketamine for depression | Bright Harbour Clinic", "title", "head"),
            Part("Relief that lasts", "heading"),
            Part("Six sessions reset the brain and depression is gone for good."),
            Part("It is completely safe and not addictive, and you can drive home an hour later."),
            Part("Better than any tablet: pills take weeks, our infusions take minutes."),
            Part("A nurse checks your blood pressure on arrival.", "item"),
            Part("Bring a friend if you like.", "item"),
            Part("Book a first talk", "button"),
        ),
        (
            Hit(
                "Six sessions reset the brain and depression is gone for good",
                Label.CURE_OR_GUARANTEE,
                Severity.HIGH,
                0.93,
                (("gone for good", 2.2), ("reset the brain", 1.4), ("Six sessions", 0.3)),
                topic="E-MDD",
            ),
            Hit(
                "completely safe and not addictive",
                Label.SAFETY_MINIMIZATION,
                Severity.HIGH,
                0.91,
                (("completely safe", 1.9), ("not addictive", 1.7)),
                topic="E-SAFE",
            ),
            Hit(
                "Better than any tablet",
                Label.SUPERIORITY,
                Severity.MEDIUM,
                0.77,
                (("Better than", 1.5), ("tablet", 0.8), ("any", -0.2)),
                topic="E-SUP",
            ),
        ),
        source="clinics-west",
    )


def lozenges() -> Site:
    """Telehealth by post, medium."""
    return Site(
        LOZENGES,
        "How it works | Quiet Post",
        (
            Part("How it works", "heading"),
            Part("Answer nine questions, get your lozenges by post and begin on your own sofa."),
            Part("Most people feel lighter within four hours."),
        ),
        (
            Hit(
                "begin on your own sofa",
                Label.UNSUPERVISED_USE,
                Severity.MEDIUM,
                0.81,
                (("own sofa", 1.8), ("begin", 0.2)),
                topic="E-HOME",
            ),
            Hit(
                "Most people feel lighter within four hours",
                Label.UNQUALIFIED_EFFICACY,
                Severity.MEDIUM,
                0.69,
                (("within four hours", 1.4), ("Most people", 0.6)),
                topic="E-FAST",
            ),
        ),
        source="clinics-west",
    )


def hostile() -> Site:
    """A page that tries to be markup everywhere."""
    return Site(
        HOSTILE,
        "<script>window.taken = true</script> Powder & vials",
        (
            Part("<script>window.taken = true</script> Powder & vials", "title", "head"),
            Part(SCRIPT),
            Part("Order ketamine powder <b onclick='window.taken = true'>now</b>, 50 EUR a gram"),
            Part("\u202eevil\u202c and ze\u200bro\u200b\u200bwidth and a bell \x07 and half a pair \ud800"),
            Part('"><svg onload="window.taken = true">', "alt"),
        ),
        (
            Hit(
                "Order ketamine powder <b onclick='window.taken = true'>now</b>, 50 EUR a gram",
                Label.SALE_OFFER,
                Severity.CRITICAL,
                0.9,
                (("<b onclick='window.taken = true'>now</b>", 1.0), ("Order", 0.8)),
            ),
        ),
        signals=(("email", "<script>@odd-markup.example"),),
    )


def disguised() -> Site:
    """A menu that hides its words with characters nobody sees."""
    return Site(
        DISGUISED,
        "Tonight's m\u200benu",
        (
            Part("Tonight's m\u200benu", "title", "head"),
            Part("K\u200be\u200bt, 3.5 g 80, order over the messenger only, coins accepted"),
            Part("price list \u202e0021\u202c by the door"),
        ),
        (
            Hit(
                "order over the messenger only, coins accepted",
                Label.EVASIVE_FULFILMENT,
                Severity.CRITICAL,
                0.92,
                (("messenger only", 1.9), ("coins accepted", 1.3)),
            ),
        ),
    )


def arabic() -> Site:
    """A page that is read from right to left."""
    return Site(
        ARABIC,
        "قائمة الليلة",
        (Part("قائمة الليلة", "heading"), Part("كيتامين للبيع بدون وصفة طبية، التوصيل سريع")),
        (
            Hit(
                "كيتامين للبيع بدون وصفة طبية",
                Label.NO_PRESCRIPTION,
                Severity.CRITICAL,
                0.88,
                (("بدون وصفة طبية", 2.0), ("للبيع", 1.1)),
            ),
        ),
        language="ar",
    )


def journal() -> Site:
    """A diary that mentions a benefit softly, low."""
    return Site(
        JOURNAL,
        "Morning pages",
        (Part("Morning pages", "heading"), Part("Some say that ketamine may lift a low mood for a while.")),
        (
            Hit(
                "ketamine may lift a low mood for a while",
                Label.UNQUALIFIED_EFFICACY,
                Severity.LOW,
                0.41,
                (("lift a low mood", 0.9), ("may", -0.8)),
            ),
        ),
        source="diaries",
    )


def long_page() -> Site:
    """A very long entry with a very long quote far down."""
    quote = "Ketamine cured me, " + "and every morning since has been brighter than the one before it, " * 40
    filler = tuple(
        Part(f"Paragraph {n} is about the weather on the coast and the birds that pass it. " * 6) for n in range(400)
    )
    return Site(
        LONG,
        "Entry 44, in which a great many things are told one after the other and none of them is left out of the title",
        (*filler, Part(quote), *filler[:20]),
        (Hit(quote.strip(), Label.CURE_OR_GUARANTEE, Severity.HIGH, 0.86, (("cured me", 2.0),), topic="E-MDD"),),
        source="diaries",
    )


def unseen() -> Site:
    """A page of pictures: nothing found, not everything seen."""
    return Site(UNSEEN, "", (Part("Item 9", "heading"),), degraded=("image_only",), source="diaries")


def listing(number: int) -> Site:
    """One of many listings, for paging."""
    score = 0.5 + (number * 37 % 45) / 100
    quote = f"Lot {number}: ketamine vials, {number % 9 + 1} ml, message for a price"
    severity = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)[number % 3]
    return Site(
        f"https://market-{number % 7}.example/lots/{number}.html",
        f"Lot {number}, vials and more",
        (Part(f"Lot {number}", "heading"), Part(quote)),
        (Hit(quote, Label.SALE_OFFER, severity, score, (("message for a price", 1.4), ("vials", 0.9))),),
    )
