"""Bytes that are not what they should be."""

import codecs

from wrong.worker import WRONG, Behaviour


def encoded(change):
    def play(worker):
        for number, record, _ in worker.records():
            worker.leave("spoiled")
            worker.write(change(number, "".join(f"{line}\n" for line in worker.answer(record))))
    return play


ENCODINGS = {
    "utf-16": ("bytes", "UTF-16, with a byte order mark", lambda number, text:
               codecs.BOM_UTF16_LE * (number == 1) + text.encode("utf-16-le")),
    "utf-16-be": ("bytes", "UTF-16, the high byte first", lambda number, text:
                  text.encode("utf-16-be")),
    "latin-1": ("bytes", "Latin-1", lambda number, text:
                text.replace("answer", "answer \xe0").encode("latin-1")),
    "bom": ("bytes", "UTF-8 with a byte order mark first", lambda number, text:
            codecs.BOM_UTF8 * (number == 1) + text.encode()),
    "crlf": ("fine", "lines end in CR and LF", lambda number, text:
             text.replace("\n", "\r\n").encode()),
    "cr": ("missing", "lines end in CR alone", lambda number, text:
           text.replace("\n", "\r").encode()),
    "nul": ("bytes", "a NUL at the end of each line", lambda number, text:
            text.replace("\n", "\0\n").encode()),
    "nul-ended": ("missing", "lines end in NUL", lambda number, text:
                  text.replace("\n", "\0").encode()),
    "progress-bar": ("bytes", "a progress bar that goes back with CR before each answer",
                     lambda number, text: b"\r 50%\r100%" + text.encode()),
    "prompt": ("bytes", "a prompt before each answer", lambda number, text: b"> " + text.encode()),
}
for name, (kind, what, change) in ENCODINGS.items():
    WRONG[name] = Behaviour(kind, what, encoded(change))
