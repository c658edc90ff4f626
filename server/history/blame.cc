#include "server/history/blame.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "ot/attribution.h"
#include "ot/base/utf8.h"
#include "server/history/limits.h"
#include "server/history/queries.h"
#include "storage/errors.h"

namespace cowrite::history {
namespace {

using ot::Attribution;
using storage::History;
using storage::Record;

constexpr std::int64_t kMinuteMs = 60'000;

Error too_long(const storage::DocumentKey& key, std::string_view what, std::uint64_t most) {
  return {kErrHistoryTooLong, storage::describe(key) + ": its history has more than " +
                                  std::to_string(most) + " " + std::string(what) +
                                  ", which is too long to tell who wrote what"};
}

// The history of a document up to a version: of each record its author and time, and of each code
// point its record.
class BlameHistory {
 public:
  struct Entry {
    std::int64_t time_ms = 0;
    std::uint32_t author = 0;  // Its number among the authors.
  };

  // REQUIRES: key and room outlive this.
  BlameHistory(const storage::DocumentKey& key, RemovedText removed, Room& room)
      : key_(key),
        room_(room),
        attribution_(removed == RemovedText::kShown ? Attribution::Removed::kKept
                                                    : Attribution::Removed::kForgotten) {}

  // REQUIRES: there is no text at version `first`.
  Result<void> follow(const History& history, std::uint64_t first, std::uint64_t version) {
    if (version - first > kBlameRecordsMax) return too_long(key_, "records", kBlameRecordsMax);
    first_ = first;
    if (Result<void> taken = make_room((version - first) * sizeof(Entry)); !taken) return taken;
    entries_.reserve(version - first);
    while (next() < version) {
      const Result<std::vector<Record>> records =
          history.records(key_, next(), version, kPageRecordsBytesMax);
      if (!records) return records.error();
      if (records->empty()) return damaged("its records end early");
      for (const Record& record : *records) {
        if (Result<void> taken = take(record); !taken) return taken;
      }
    }
    return {};
  }

  // Takes memory for so many bytes more.
  Result<void> make_room(std::size_t more) {
    const std::size_t bytes = memory_bytes() + more;
    if (bytes > kBlameBytesMax) {
      return too_long(key_, "bytes of pieces, names and texts", kBlameBytesMax);
    }
    const Result<void> taken = room_.grow_to(bytes);
    return taken ? taken : storage::about(key_, taken.error());
  }

  [[nodiscard]] const Attribution& attribution() const { return attribution_; }
  [[nodiscard]] const Entry& entry(std::uint64_t record) const { return entries_[record - first_]; }
  [[nodiscard]] Origin origin(std::uint64_t record) const {
    return {record + 1, entry(record).time_ms, *authors_[entry(record).author]};
  }

 private:
  [[nodiscard]] std::uint64_t next() const { return first_ + entries_.size(); }

  [[nodiscard]] Error damaged(std::string_view reason) const {
    return {storage::kErrDamaged, storage::describe(key_) + ": damaged at version " +
                                      std::to_string(next()) + ", " + std::string(reason)};
  }

  [[nodiscard]] std::size_t memory_bytes() const {
    return entries_.capacity() * sizeof(Entry) + attribution_.spans() * kBlamePieceBytes +
           attribution_.inserted_bytes() + author_bytes_;
  }

  // What following it takes: each component may divide a piece and add another.
  [[nodiscard]] static std::size_t memory_of(const Record& record, const ot::Operation& operation) {
    return 2 * operation.size() * kBlamePieceBytes + operation.inserted_bytes() +
           kBlameAuthorBytes + record.author.size();
  }

  Result<void> take(const Record& record) {
    const ot::Operation operation = operation_of(record);
    if (Result<void> taken = make_room(memory_of(record, operation)); !taken) return taken;
    const Result<void> applied = attribution_.apply(operation, next());
    if (!applied) return damaged(applied.error().message);
    const auto author = known_.try_emplace(record.author, authors_.size());
    if (author.second) {
      authors_.push_back(&author.first->first);
      author_bytes_ += kBlameAuthorBytes + record.author.size();
    }
    entries_.push_back({record.time_ms, author.first->second});
    return {};
  }

  // What a record did to the text, as an operation.
  [[nodiscard]] ot::Operation operation_of(const Record& record) const {
    if (const auto* edit = std::get_if<storage::Edit>(&record.change)) return edit->operation;
    ot::OperationBuilder builder;
    if (const auto* create = std::get_if<storage::Create>(&record.change)) {
      builder.insert(create->text);
    } else {
      builder.erase(attribution_.length());
    }
    return std::move(builder).build();
  }

  const storage::DocumentKey& key_;
  Room& room_;
  Attribution attribution_;
  std::uint64_t first_ = 0;  // The records before it were erased.
  std::vector<Entry> entries_;
  std::map<std::string, std::uint32_t> known_;  // Authors, with their numbers.
  std::vector<const std::string*> authors_;
  std::size_t author_bytes_ = 0;
};

// Changes that one author made in one go.
class AuthorSession {
 public:
  AuthorSession(const BlameHistory::Entry& entry, std::uint64_t record)
      : author_(entry.author),
        first_ms_(entry.time_ms),
        last_ms_(entry.time_ms),
        oldest_(record),
        newest_(record) {}

  // Whether another change belongs to it, which is then counted in.
  bool take(const BlameHistory::Entry& entry, std::uint64_t record, std::int64_t pause_ms) {
    if (entry.author != author_ || entry.time_ms - last_ms_ > pause_ms ||
        first_ms_ - entry.time_ms > pause_ms) {
      return false;
    }
    first_ms_ = std::min(first_ms_, entry.time_ms);
    last_ms_ = std::max(last_ms_, entry.time_ms);
    oldest_ = std::min(oldest_, record);
    newest_ = std::max(newest_, record);
    return true;
  }

  [[nodiscard]] std::uint64_t oldest() const { return oldest_; }
  [[nodiscard]] std::uint64_t newest() const { return newest_; }

 private:
  std::uint32_t author_;
  std::int64_t first_ms_;
  std::int64_t last_ms_;
  std::uint64_t oldest_;
  std::uint64_t newest_;
};

// Makes a page of spans from the pieces that records wrote.
class Pager {
 public:
  // `text` is what is not removed. REQUIRES: all outlive this.
  Pager(const BlameHistory& history, const BlameRequest& request, std::string_view text)
      : history_(history),
        pause_ms_(static_cast<std::int64_t>(request.pause_minutes) * kMinuteMs),
        from_(request.from),
        rest_(text) {}

  void take(const Attribution::Span& piece) {
    if (page_.next) return;
    const std::string text = text_of(piece);
    std::string_view rest = text;
    while (!rest.empty() && !page_.next) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      take(piece, rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }

  BlamePage finish() && {
    if (!page_.next) close();
    return std::move(page_);
  }

 private:
  struct Open {
    std::string text;
    AuthorSession written;
    std::optional<AuthorSession> removed;
  };

  // Takes of a piece what stands in one line.
  void take(const Attribution::Span& piece, std::string_view text) {
    if (open_ && belongs(piece)) {
      open_->text += text;
      return;
    }
    close();
    if (full()) {
      page_.next = number_;
      return;
    }
    open_ = Open{std::string(text), sitting(piece.inserted), std::nullopt};
    if (!piece.alive()) open_->removed = sitting(piece.removed);
  }

  [[nodiscard]] AuthorSession sitting(std::uint64_t record) const {
    return {history_.entry(record), record};
  }

  [[nodiscard]] bool full() const {
    return page_.spans.size() >= kBlameSpansMax || bytes_ >= kBlameTextBytesMax;
  }

  std::string text_of(const Attribution::Span& piece) {
    if (!piece.alive()) return history_.attribution().text_of(piece);
    const std::string_view text = rest_.substr(0, ot::utf8::byte_offset(rest_, piece.length));
    rest_.remove_prefix(text.size());
    return std::string(text);
  }

  // Whether a piece goes on with the span that is open.
  bool belongs(const Attribution::Span& piece) {
    if (open_->text.ends_with('\n') || open_->removed.has_value() == piece.alive()) return false;
    return open_->written.take(history_.entry(piece.inserted), piece.inserted, pause_ms_) &&
           (piece.alive() ||
            open_->removed->take(history_.entry(piece.removed), piece.removed, pause_ms_));
  }

  void close() {
    if (!open_) return;
    if (number_++ >= from_) {
      bytes_ += open_->text.size();
      const std::size_t code_points = ot::utf8::count_code_points(open_->text);
      BlameSpan span{std::move(open_->text),
                     code_points,
                     history_.origin(open_->written.newest()),
                     open_->written.oldest() + 1,
                     {}};
      if (open_->removed) span.removed = history_.origin(open_->removed->newest());
      bytes_ += span.written.author.size() + (span.removed ? span.removed->author.size() : 0);
      page_.spans.push_back(std::move(span));
    }
    open_.reset();
  }

  const BlameHistory& history_;
  const std::int64_t pause_ms_;
  const std::uint64_t from_;
  std::string_view rest_;  // Of the text: what is still to come.
  std::optional<Open> open_;
  std::uint64_t number_ = 0;  // Of the span that is open.
  std::size_t bytes_ = 0;
  BlamePage page_;
};

}  // namespace

Result<BlamePage> read_blame(const History& history, const storage::DocumentKey& key,
                             const BlameRequest& request, Room& room) {
  const Result<storage::DocumentInfo> info = read_info(history, key);
  if (!info) return info.error();
  const Result<std::uint64_t> version = resolve(history, *info, request.at);
  if (!version) return version.error();
  const Result<storage::Snapshot> snapshot = history.snapshot(key, *version);
  if (!snapshot) return snapshot.error();
  if (!snapshot->exists && request.removed == RemovedText::kLeftOut) {
    return document_absent(*info, *snapshot);
  }
  BlameHistory blamed(key, request.removed, room);
  if (Result<void> followed = blamed.follow(history, info->erased, *version); !followed) {
    return followed.error();
  }
  // As a rope, as it is read, and on the page.
  if (Result<void> taken = blamed.make_room(3 * snapshot->text.bytes()); !taken) {
    return taken.error();
  }
  const std::string text = snapshot->text.to_string();
  if (ot::utf8::count_code_points(text) != blamed.attribution().length()) {
    return Error{storage::kErrDamaged, storage::describe(key) + ": damaged at version " +
                                           std::to_string(*version) +
                                           ", its records do not make its text"};
  }
  Pager pager(blamed, request, text);
  blamed.attribution().for_each([&](const Attribution::Span& piece) { pager.take(piece); });
  BlamePage page = std::move(pager).finish();
  page.version = *version;
  page.time_ms = snapshot->time_ms;
  return page;
}

}  // namespace cowrite::history
