#include "tests/simulation/oracle.h"

#include <algorithm>
#include <variant>

#include "ot/position.h"
#include "server/document/limits.h"
#include "server/protocol/error_codes.h"
#include "storage/errors.h"
#include "storage/source.h"
#include "tests/simulation/presence_model.h"
#include "tests/simulation/typing.h"

namespace cowrite::simulation {
namespace {

// What everybody but the client itself calls it.
std::string named(const std::string& id) { return storage::source_of("", id); }

std::string text_of(const storage::Change& change) {
  if (const auto* edit = std::get_if<storage::Edit>(&change)) return inserted_text(edit->operation);
  if (const auto* create = std::get_if<storage::Create>(&change)) return create->text;
  return {};
}

std::string describe(const DocumentKey& key, const std::string& source, std::uint64_t sequence) {
  return key.id() + " " + source + ":" + std::to_string(sequence);
}

template <typename Change>
bool any_since(const Ledger::Book& book, std::uint64_t version) {
  return std::ranges::any_of(book.records, [&](const storage::Record& record) {
    return record.version >= version && std::holds_alternative<Change>(record.change);
  });
}

}  // namespace

// ---- While the run goes on

void Oracle::submitted(const std::string& client, const WireSubmission& submission) {
  const Name name{submission.key, named(submission.source.value()), submission.sequence};
  const auto [found, is_new] = submissions_.try_emplace(name);
  Submitted& known = found->second;
  if (is_new) known = {submission.change.index(), text_of(submission.change), std::nullopt};
  known.base = submission.version;
  if (known.kind != submission.change.index() || known.text != text_of(submission.change)) {
    breach("client", client + " sends another operation under an old name");
  }
}

void Oracle::acknowledged(const std::string& client, const DocumentKey& key, const std::string& id,
                          std::uint64_t sequence, std::uint64_t version) {
  const std::string source = named(id);
  const std::string what = client + " is told that " + describe(key, source, sequence) +
                           " is record " + std::to_string(version);
  const auto found = submissions_.find({key, source, sequence});
  if (found == submissions_.end()) return breach("answers", what + ", and never sent it");
  const Ledger::Book& book = ledger_.book(key);
  if (version >= book.version()) return breach("P1", what + ", which is not durable");
  const storage::Record& record = book.records[version];
  if (record.source != source || record.sequence != sequence) {
    return breach("P1", what + ", which is " + describe(key, record.source, record.sequence));
  }
  Submitted& submission = found->second;
  if (record.change.index() != submission.kind || text_of(record.change) != submission.text) {
    return breach("P1", what + ", which holds another operation");
  }
  submission.acknowledged = true;
}

void Oracle::refused(const std::string& client, const DocumentKey& key, const std::string& id,
                     std::uint64_t sequence, const std::string& code) {
  const std::string source = named(id);
  const std::string what = client + " is refused " + describe(key, source, sequence) + ": " + code;
  const Name name{key, source, sequence};
  const auto found = submissions_.find(name);
  if (found == submissions_.end()) return breach("answers", what + ", and never sent it");
  if (!may_refuse(name, found->second, code)) return breach("errors", what);
  if (found->second.base && count_in_log(name) > 0) {
    return breach("P2", what + ", but it is in the log");
  }
  if (found->second.acknowledged) return breach("P1", what + ", but it is acknowledged");
  found->second.refused = true;
  found->second.for_good = found->second.base.has_value();
}

bool Oracle::may_refuse(const Name& name, const Submitted& submission,
                        const std::string& code) const {
  const Ledger::Book& book = ledger_.book(std::get<DocumentKey>(name));
  const std::uint64_t base = std::min(submission.base.value_or(0), book.version());
  const bool creates = submission.kind == 0;
  const bool deletes = submission.kind == 2;
  if (code == protocol::kErrDocAlreadyCreated) {
    return any_since<storage::Create>(book, base) || (creates && book.versions[base].exists);
  }
  if (code == protocol::kErrDocWasDeleted) {
    return !deletes && any_since<storage::Delete>(book, base);
  }
  return false;
}

void Oracle::failed(const std::string& client, const std::string& request,
                    const std::string& code) {
  if (reads_fail && code == storage::kErrIo) return;
  if (memory_is_short && code == protocol::kErrBulkReplyTooLarge) return;
  breach("errors", client + " asks for " + request + " and gets " + code);
}

void Oracle::shown(const std::string& client, const WireMessage& record) {
  const std::uint64_t version = record.version.value_or(0);
  const std::string what = client + " is shown record " + std::to_string(version) + " of " +
                           describe(record.key, record.source, record.sequence.value_or(0));
  const Ledger::Book& book = ledger_.book(record.key);
  if (version >= book.version()) return breach("P1", what + ", which is not durable");
  const storage::Record& durable = book.records[version];
  const bool is_source = durable.source == record.source || durable.source == named(record.source);
  if (!is_source || durable.sequence != record.sequence || durable.change != record.change) {
    breach("P4", what + ", and the log has something else");
  }
}

void Oracle::shown(const std::string& client, const DocumentKey& key,
                   const WireSnapshot& snapshot) {
  const std::string what =
      client + " is shown version " + std::to_string(snapshot.version) + " of " + key.id();
  const Ledger::Book& book = ledger_.book(key);
  if (snapshot.version > book.version()) return breach("P1", what + ", which is not durable");
  const storage::Snapshot& durable = book.versions[snapshot.version];
  if (durable.exists != snapshot.exists || durable.text.to_string() != snapshot.text) {
    breach("P4", what + ", and the log has another text");
  }
}

// Of records with their own source clients are told by the ack. It comes later if another
// connection brought the operation first, and not at all if an intruder made the record. An ack
// comes alone where the records are too many to be in memory for sure.
void Oracle::skipped(const std::string& client, const DocumentKey& key, const std::string& id,
                     std::uint64_t from, std::uint64_t to, std::uint64_t base) {
  const std::vector<storage::Record>& records = ledger_.book(key).records;
  const std::uint64_t end = std::min<std::uint64_t>(to, records.size());
  const std::string source = named(id);
  std::size_t bytes = 0;  // Far fewer components than may be missed go into these.
  for (std::uint64_t version = base; version < records.size(); ++version) {
    bytes += record_bytes(records[version]);
  }
  const bool in_memory =
      records.size() - std::min(base, end) <= document::kRecentRecordsOnOpening &&
      bytes <= (memory_is_short ? document::kRecentBytesWhenScarce : document::kMissedBytesMax);
  if (!in_memory) return;
  for (std::uint64_t version = from; version < end; ++version) {
    if (records[version].source == source) continue;
    breach("order", client + " is sent version " + std::to_string(to) + " of " + key.id() +
                        " before record " + std::to_string(version));
  }
}

void Oracle::moved(const std::string& client, const DocumentKey& key, std::uint64_t version) {
  std::uint64_t& highest = seen_[{client, key}];
  if (version < highest) {
    breach("P3", client + " is taken back to version " + std::to_string(version) + " of " +
                     key.id() + " after " + std::to_string(highest));
  }
  highest = version;
}

void Oracle::announced(WireMessage presence) {
  const std::uint64_t version = presence.presence_version;
  presence.source = named(presence.source);
  presences_[{presence.channel, presence.id}].insert_or_assign(version, std::move(presence));
}

void Oracle::refused(const std::string& client, const WireMessage& presence) {
  const bool is_behind =
      presence.version && *presence.version < ledger_.book(presence.key).version();
  if (is_behind && presence.error == protocol::kErrPresenceTransform) return;
  failed(client, presence.action + " " + presence.channel, presence.error);
}

// Null where its client announced something else: that client has gone.
void Oracle::shown_presence(const std::string& client, const WireMessage& presence) {
  const auto& announced = presences_.at({presence.channel, presence.id});
  const std::string what =
      client + " is shown " + presence.id + " in " + presence.channel + " at " + presence.value;
  const auto found = announced.find(presence.presence_version);
  if (found == announced.end()) return breach("presence", what + ", who never was there");
  const WireMessage& sent = found->second;
  if (presence.version.has_value() != sent.version.has_value() || presence.source != sent.source) {
    return breach("presence", what + ", which was announced in another way");
  }
  if (presence.version > ledger_.book(sent.key).version()) {
    return breach("P1", what + ", at a version that is not durable");
  }
  if (presence.value == "null") return;
  if (const auto expected = moved_value(sent, presence.version.value_or(0));
      presence.value != expected) {
    breach("presence", what + " instead of " + expected);
  }
}

// The value that its sender announced, in the document's version `to`.
std::string Oracle::moved_value(const WireMessage& presence, std::uint64_t to) const {
  std::string value = presence.value;
  if (!presence.version) return value;
  const Ledger::Book& book = ledger_.book(presence.key);
  for (std::uint64_t version = *presence.version; version < to; ++version) {
    const storage::Record& record = book.records[version];
    const auto* edit = std::get_if<storage::Edit>(&record.change);
    if (!edit) return "null";
    const auto origin = record.source == presence.source ? ot::Origin::kOwn : ot::Origin::kOther;
    value = replace_positions(value, [edit, origin](std::uint64_t position) {
      return ot::transform_position(position, edit->operation, origin);
    });
  }
  return value;
}

// ---- At the end

void Oracle::judge_presence(const std::string& client, const std::string& channel,
                            const std::string& id, const PresenceModel::Latest& heard) {
  const auto& [version, newest] = *presences_.at({channel, id}).rbegin();
  const std::string expected = moved_value(newest, ledger_.book(newest.key).version());
  const bool is_missing = heard.value == "null" && expected != "null";
  if (heard.version != version || is_missing) {
    breach("presence", client + " sees " + id + " in " + channel + " at " + heard.value +
                           " instead of " + expected);
  }
}

void Oracle::judge_replaced(const std::string& client, const DocumentKey& key,
                            const std::string& id, std::uint64_t version) {
  if (const auto found = replaced_.find(key); found != replaced_.end()) {
    skipped(client, key, id, version, found->second, version);
  }
}

bool Oracle::any_came_back() const {
  return std::ranges::any_of(submissions_, [this](const auto& entry) {
    return entry.second.refused && count_in_log(entry.first) > 0;
  });
}

std::size_t Oracle::count_in_log(const Name& name) const {
  const auto& [key, source, sequence] = name;
  std::size_t count = 0;
  for (const storage::Record& record : ledger_.book(key).records) {
    count += record.source == source && record.sequence == sequence ? 1 : 0;
  }
  return count;
}

void Oracle::judge_log() {
  for (const auto& [key, book] : ledger_.books()) judge_book(key, book);
  for (const auto& [name, submission] : submissions_) {
    const auto& [key, source, sequence] = name;
    const std::size_t count = count_in_log(name);
    if (submission.acknowledged && count != 1) {
      breach(count == 0 ? "P1" : "P2", describe(key, source, sequence) + " is acknowledged and " +
                                           std::to_string(count) + " times in the log");
    }
    if (submission.for_good && count > 0) {
      breach("P2", describe(key, source, sequence) + " was refused and is in the log");
    }
  }
}

void Oracle::judge_book(const DocumentKey& key, const Ledger::Book& book) {
  storage::Snapshot replay;
  std::map<std::string, std::uint64_t> sequences;
  for (const storage::Record& record : book.records) {
    const std::string what = describe(key, record.source, record.sequence);
    if (record.version != replay.version) breach("P3", what + " is out of line");
    if (record.time_ms < replay.time_ms) breach("P3", what + " goes back in time");
    if (!storage::apply(replay, record)) breach("P4", what + " does not fit its text");
    const auto [last, is_first] = sequences.try_emplace(record.source, record.sequence);
    if (!is_first && record.sequence <= last->second) {
      breach("P2", what + " follows " + std::to_string(last->second));
    }
    last->second = record.sequence;
    for (const char32_t point : code_points(text_of(record.change))) {
      if (is_key(point) && !keys_in_log_.insert(point).second) {
        breach("P2", what + " holds a keystroke that is in the log already");
      }
    }
  }
  if (replay.exists != book.newest().exists || !(replay.text == book.newest().text)) {
    breach("P4", "a replay of " + key.id() + " gives another text");
  }
}

void Oracle::judge_replica(const std::string& client, const DocumentKey& key,
                           std::optional<std::uint64_t> version,
                           const std::optional<std::string>& text) {
  const Ledger::Book& book = ledger_.book(key);
  const storage::Snapshot& newest = book.newest();
  if (version != book.version()) {
    return breach("P4", client + " has version " + (version ? std::to_string(*version) : "null") +
                            " of " + key.id() + ", and the log " + std::to_string(book.version()));
  }
  const auto truth = newest.exists ? std::optional(newest.text.to_string()) : std::nullopt;
  if (text != truth) {
    breach("P4", client + " has '" + text.value_or("(none)") + "' in " + key.id() +
                     ", and the log '" + truth.value_or("(none)") + "'");
  }
}

}  // namespace cowrite::simulation
