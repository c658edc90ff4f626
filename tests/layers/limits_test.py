"""Compares the tables of limits in server/PROTOCOL.md and server/http/API.md with the constants of the code, both ways."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENTS = ["server/PROTOCOL.md", "server/http/API.md"]

# A header stands after those whose constants it uses.
HEADERS = [
    "storage/limits.h",
    *(f"server/{room}/limits.h" for room in ("protocol", "transport", "document", "presence", "history", "http", "session", "switchboard")),
    "server/limits.h",
    "server/transport/timing.h",
]

# The limits that no client can meet: they bound the server's own memory and work. Every other is in a table.
INTERNAL = {
    *("document::" + name for name in (
        "kBatchRecordsMax", "kBatchBytesMax", "kShapesMax", "kShapesBytesMax", "kUnlearnedComponentsMax", "kPassedOneByOne", "kRecentRecordsOnOpening", "kRecentBytesWhenScarce",
        "kHistoryChunkBytes", "kKnownSourcesMax", "kOpenDocumentBytes", "kAppendRetry", "kForeignRecordsRetry",
        "kReadRetry", "kReloadRetry", "kRebaseWork", "kReadRecordWork", "kBatchWorkMax", "kCatchUpWork", "kRebasesAtOnceMax",
        "kLookUpsAtOnceMax", "kCatchUpBytes", "kComponentsApart", "kEncodedApartBytes", "kUntoldCommitsMax", "kUntoldRetry", "kLookedThroughAtOnce", "kSmallDocumentBytes", "kSmallDocumentsPart", "kHeldPresenceBytes", "kSentTextBytes",
    )),
    *("session::" + name for name in (
        "kReadsInFlightPerConnectionMax", "kSendQueueHighBytes", "kDecodedApartBytes", "kRecordsLookedAt", "kBytesOfOwn", "kSubscriptionBytes", "kChannelBytes", "kPresenceBytes",
        "kWaitingReadBytes", "kBulkPartBytes", "kBulkTextBytesFree", "kHeldBytesFree", "kDocumentNames", "kChannelNames", "kPresenceNames", "kFollowedBytesOfSmall",
        "kFollowedPartOfLarge",
    )),
    *("switchboard::" + name for name in ("kIdleDocument", "kEvictionLooksMax", "kClockDifferenceMax", "kToldAtOnce", "kToldInAnyCase", "kAskedAtOnce", "kOpenedAtOnce", "kTurnsWaitingMax", "kOpeningRetry", "kWorkedAtOnceNs", "kGathered", "kDocumentsApart", "kRequestsWaiting", "kDrainedAtOnce", "kWaitingPresenceBytes")),
    *("transport::" + name for name in (
        "kReadBufferBytes", "kReadTurnNs", "kNsOfHead", "kNsOfByte", "kAwaitedWritesAtOnceMin", "kAwaitedWritesAtOnceMax", "kTimeOfAwaitedWrite", "kFollowedWritesAtOnceMin", "kFollowedWritesAtOnceMax", "kTimeOfFollowedWrite", "kAcceptedAtOnce", "kListenQueues", "kSmallInputBytes", "kInputBytesForSmall", "kInputBytesMin", "kPongsWaitingMax", "kQueuedMessageBytes", "kUnsentBytesMax", "kDrainedBytes", "kPieceMarkBytes", "kConnectionsPerTurn", "kLongTextBytesPerSweep", "kOutputBytesMax", "Timing::linger", "Timing::accept_backoff", "Timing::sweep",
    )),
    *("history::" + name for name in ("kBlamePieceBytes", "kBlameAuthorBytes", "kDiffBytesPerLine", "kDiffWordsBytesMax")),
    "protocol::kPieceBytes",
    "protocol::kPiecesMadeAtOnce",
    "protocol::kTextMadeApartBytes",
    "protocol::kPieceBytesOver",
    "protocol::kTextBytesOfPiece",
    "protocol::kTextStep",
    "http::kLongPollInterval",
    "http::kImportBytesPerByte",
    *("server::" + name for name in ("kLoopsMax", "kMemoryBytes", "kMemoryBytesMin", "kStoreTablesMin", "kStoreTablesMax", "kStoreOtherFiles", "kOtherFiles", "kFilesOfLoop", "kConnectionsMin", "kRepeatsSweep", "kMetricsConnectionsMax", "kMetricsConnectionsPerAddress")),
    *("storage::" + name for name in ("kPackRecords", "kCheckpointRecords", "kCheckpointBytes")),
}

CONSTANT = re.compile(r"^(?:inline constexpr| ) ([\w:]+) (\w+)(?: =\s+|(?=\{))([^;]+);", re.MULTILINE)
NAMESPACE = re.compile(r"^namespace cowrite::([\w:]+) \{", re.MULTILINE)
ROW = re.compile(r"\|[^|]*\| ([\d,]+)(?: (\w+))? \| `([\w:]+)` \|[^|]*\|")
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "ms": 0.001}


def value_of(expression, namespace, known):
    """What a constant's initializer says: integers, their arithmetic, and other constants."""

    def number(match):
        name = match[0]
        return str(known[name] if name in known else known[f"{namespace}::{name}"])

    digits = re.sub(r"(?<=\d)'(?=\d)", "", expression)
    plain = re.sub(r"(?:std::\w+)?\{(\d+)\}", r"\1", digits)
    return eval(re.sub(r"(?:\w+::)*k[A-Z]\w*", number, plain), {"__builtins__": {}})


def constants():
    """Every constant of the limits' headers with its value, times in seconds."""
    known = {}
    for path in HEADERS:
        text = (ROOT / path).read_text()
        namespace = NAMESPACE.search(text)[1]
        scope = f"{namespace}::Timing" if path.endswith("timing.h") else namespace
        for kind, name, expression in CONSTANT.findall(text):
            value = value_of(expression, namespace, known)
            known[f"{scope}::{name}"] = value / 1_000 if kind.endswith("milliseconds") else value
    return known


def table(document):
    """The rows of a document's table of limits."""
    section = (ROOT / document).read_text().split("## Limits\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def documented():
    """Each limit in the tables: the document, the constant that it names, and the number that it gives."""
    for document in DOCUMENTS:
        for row in table(document):
            number, unit, name = ROW.fullmatch(row).groups()
            yield document, name, int(number.replace(",", "")) * UNITS.get(unit, 1)


class Limits(unittest.TestCase):
    def test_each_row_of_a_table_names_a_constant(self):
        for document in DOCUMENTS:
            for row in table(document):
                self.assertRegex(row, ROW, document)

    def test_each_number_in_the_tables_is_that_of_the_code(self):
        known = constants()
        for document, name, value in documented():
            with self.subTest(document=document, constant=name):
                self.assertEqual(value, known.get(name))

    def test_each_limit_is_in_a_table_or_internal(self):
        names = {name for _, name, _ in documented()}
        self.assertEqual(names & INTERNAL, set())
        self.assertEqual(set(constants()), names | INTERNAL)

    def test_reads_every_header_of_limits(self):
        found = {path.relative_to(ROOT).as_posix() for top in ("server", "storage") for path in (ROOT / top).rglob("limits.h")}
        self.assertEqual(found, set(HEADERS) - {"server/transport/timing.h"})


if __name__ == "__main__":
    unittest.main()
