"""Contact files: from the bytes of a CSV, spreadsheet or vCard file to sheets of lines of text.
What a column means is not known here.

opening: which kind of file it is · guards: what is refused before anything reads it
encodings, lines, delimiters, headings, delimited: text → lines · spreadsheets, workbook_program: a
workbook, read by a limited child process → lines · cards, card_fields: vCards → lines
"""

from mailer.contacts.importing.files.opening import open_contacts
from mailer.contacts.importing.files.sheets import ContactFile, Line, Sheet

__all__ = ["ContactFile", "Line", "Sheet", "open_contacts"]
