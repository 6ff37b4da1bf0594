"""The English wording of every key the kinds speak with."""

WORDS_EN: dict[str, str] = {
    "kind.yes": "Yes",
    "kind.again": "No, I will write it again",
    "kind.more": "More options",
    "kind.fewer": "Earlier options",
    "kind.done": "Next",
    "kind.keep": "Keep",
    "kind.keep.ask": "Keep it as written: “{text}”?",
    "kind.keep.digits": (
        "There are digits in the name: “{text}”. If that is how it is written, press “Keep”"
    ),
    "kind.files.sent": "sent separately",
    "kind.text.more": (
        "Written down. If there is more, send it in the next message. "
        "When that is all, press “Next”"
    ),
    "kind.name.echo": (
        "We wrote down — Surname: {family}. First name: {given}. Patronymic: {patronymic}."
    ),
    "kind.name.absent": "not given",
    "kind.name.swap": "Surname and first name the other way round",
    "kind.name.apart": "Give them one by one",
    "kind.name.family": "Write only the surname",
    "kind.name.given": "Write only the first name",
    "kind.name.patronymic": "Write only the patronymic",
    "kind.name.none": "None, or I don’t know",
    "kind.date.age": "I know only the age",
    "kind.date.which_age": "How old is the child now? Choose or write, for example 9 or 3 months",
    "kind.date.baby": "Under one year",
    "kind.date.confirm": "{date} — is that right?",
    "kind.date.confirm_age": "The child’s age in years is {age} now — is that right?",
    "kind.date.confirm_months": "The child’s age in months is {months} now — is that right?",
    "kind.date.adult": (
        "By this date ({date}) the child is {age} now. If that is right, press “Yes”"
    ),
    "kind.date.which_month": "{year}. Which month? A season is fine",
    "kind.date.which_day": "{month}. Which day?",
    "kind.date.whole_year": "I know only the year",
    "kind.date.whole_month": "The whole month",
    "kind.date.no_day": "I don’t remember the day",
    "kind.month.1": "January",
    "kind.month.2": "February",
    "kind.month.3": "March",
    "kind.month.4": "April",
    "kind.month.5": "May",
    "kind.month.6": "June",
    "kind.month.7": "July",
    "kind.month.8": "August",
    "kind.month.9": "September",
    "kind.month.10": "October",
    "kind.month.11": "November",
    "kind.month.12": "December",
    "kind.season.21": "Spring",
    "kind.season.22": "Summer",
    "kind.season.23": "Autumn",
    "kind.season.24": "Winter",
    "kind.phone.none": "No phone",
    "kind.phone.confirm": "The number is {number} — is that right?",
    "kind.phone.other": "Another number",
    "kind.phone.ru": (
        "{number} belongs to a russian operator. Calls may be listened to. We will not "
        "ring it unless you ask us to."
    ),
    "kind.phone.by": (
        "{number} belongs to an operator in Belarus. Calls may be listened to. We will "
        "not ring it unless you ask us to."
    ),
    "kind.phone.keep_quiet": "Keep it, do not call",
    "kind.phone.keep_call": "Keep it, you may call",
    "kind.phone.whose": "{number} is another person’s number. Whose card is it?",
    "kind.phone.trusted": "A person I trust",
    "kind.phone.mine": "Wrong card, I will write my own",
    "kind.phone.told_none": "no phone",
    "kind.phone.told_quiet": "do not call",
    "kind.place.russia": "russia",
    "kind.place.belarus": "Belarus",
    "kind.place.occupied": "Temporarily occupied territory",
    "kind.place.ukraine": "Ukraine, under its control",
    "kind.place.elsewhere": "Another country",
    "kind.place.oblast": "Which region? You can also write the name of the town or village",
    "kind.place.other_oblast": "Another region",
    "kind.place.which_other_oblast": "Which region?",
    "kind.place.abroad": "Abroad",
    "kind.place.settlement": "{oblast}. Town or village: write its name",
    "kind.place.only_oblast": "I know only the region",
    "kind.place.whole_city": "The city itself",
    "kind.place.which": "Found “{text}”. Which one?",
    "kind.place.which_oblast": "“{text}” exists in several regions, {count} in all. Which region?",
    "kind.place.not_found": (
        "“{text}” is not on the list. Write the name in another way or keep it"
    ),
    "kind.place.keep": "Not here — keep as written",
    "kind.place.country": "Which country? Choose or write its name",
    "kind.place.region": "{country}. Which region? Choose a letter or a name, or write it",
    "kind.place.only_country": "I know only the country",
    "kind.place.abroad_settlement": "{region}. Town or village: write its name if you know it",
    "kind.place.no_settlement": "I don’t know the town or village",
    "error.choose": "Choose a button under the question",
    "error.pick_one": "Choose at least one answer, then “Next”",
    "error.consent_fixed": "Prosecutors receive the report in any case",
    "error.file_expected": "Send a photo, a document or a recording",
    "error.empty": "At least one word is needed here",
    "error.too_long": "This is {count} characters; {limit} fit. Write it shorter",
    "error.email": "Write the whole address, for example olena@example.com",
    "error.name_digits": "There are digits in the name. Write it in letters",
    "error.name_letters": "Write the name in letters, for example Kovalchuk Sofiia",
    "error.name_several": "Write the name of one child. Another child can be added later",
    "error.name_long": "Each part of a name holds {limit} characters. Write it shorter",
    "error.date": "Write day, month and year in numbers, for example 27 3 2017, or only the year",
    "error.date_future": "This date is in the future. Write a date up to today",
    "error.date_month": "There is no month {month}. Write a month from 1 to 12",
    "error.age": "Write the age as a number, for example 9, or the year of birth",
    "error.date_days.1": "January {year} has {days} days. Write another date or only the month",
    "error.date_days.2": "February {year} has {days} days. Write another date or only the month",
    "error.date_days.3": "March {year} has {days} days. Write another date or only the month",
    "error.date_days.4": "April {year} has {days} days. Write another date or only the month",
    "error.date_days.5": "May {year} has {days} days. Write another date or only the month",
    "error.date_days.6": "June {year} has {days} days. Write another date or only the month",
    "error.date_days.7": "July {year} has {days} days. Write another date or only the month",
    "error.date_days.8": "August {year} has {days} days. Write another date or only the month",
    "error.date_days.9": "September {year} has {days} days. Write another date or only the month",
    "error.date_days.10": "October {year} has {days} days. Write another date or only the month",
    "error.date_days.11": "November {year} has {days} days. Write another date or only the month",
    "error.date_days.12": "December {year} has {days} days. Write another date or only the month",
    "error.phone": "Write the whole number, for example 067 123 45 67",
    "error.phone_short": (
        "The number has too few digits. A Ukrainian number has 10, for example 067 123 45 67"
    ),
    "error.phone_long": (
        "The number has too many digits. A Ukrainian number has 10, for example 067 123 45 67"
    ),
    "error.phone_letters": "Write the number in digits",
    "error.phone_several": "Write one number, without other words",
    "error.phone_service": (
        "This is a service number. Write a person’s number, for example 067 123 45 67"
    ),
    "error.country": (
        "This country name is not on the list. Write it in another way or choose a button"
    ),
    "error.place_country": "Choose the country first, then write the town or village",
}
