// cold: documents that are opened once each. How fast can a server open what it has not in memory?

#include <memory>
#include <utility>
#include <vector>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/countdown.h"
#include "tools/load/scenarios/crew.h"
#include "tools/load/scenarios/documents.h"
#include "tools/load/wire/link.h"
#include "tools/load/wire/system_limits.h"
#include "tools/load/wire/wire.h"

namespace cowrite::load {
namespace {

struct ColdOptions {
  std::uint64_t documents = 10'000;
  std::uint64_t readers = 50;
  std::uint64_t characters = 10'000;
  bool prepare_only = false;
  bool prepared = false;
};

constexpr std::chrono::hours kReadingMax{1};

// Opens one document after the other, as a page does: it subscribes; and leaves it again.
class Reader {
 public:
  using Done = std::function<void()>;

  Reader(const Run& run, CrewLoop& loop, const std::vector<std::string>& ids,
         std::uint64_t characters, std::size_t first, std::size_t step, Breaches& breaches)
      : run_(run),
        ids_(ids),
        characters_(characters),
        next_(first),
        step_(step),
        figures_(loop.figures),
        breaches_(breaches),
        link_(loop.loop.context(), run.target, std::nullopt,
              {[this] { std::exchange(opened_, nullptr)(); },
               [this](std::string_view text) { receive(text); },
               [this](const std::string& reason) { lost(reason); }}) {}

  void open(Done done) {
    opened_ = std::move(done);
    link_.dial();
  }

  // Opens all of its documents.
  void read(Done done) {
    read_ = std::move(done);
    read_next();
  }

 private:
  void read_next() {
    if (next_ >= ids_.size() || !link_.ready()) return std::exchange(read_, nullptr)();
    asked_at_ = Clock::now();
    link_.send(write_read("s", run_.collection, ids_[next_], std::nullopt));
  }

  void receive(std::string_view text) {
    const ServerMessage message(text);
    if (const auto error = message.error()) return fail(kErrRefused, "is refused: " + *error);
    if (message.action() == "u" || !read_) return;
    const auto snapshot = message.snapshot();
    if (message.action() != "s" || !snapshot) return fail(kErrProtocol, "is not answered");
    figures_.acks.record(Clock::now() - asked_at_);
    ++figures_.acknowledged;
    if (!snapshot->is_text || snapshot->text != sample_text(next_, characters_)) {
      breaches_.add({kErrTextsDiffer, name() + " is another text than was prepared"});
    }
    link_.send(write_read("u", run_.collection, ids_[next_], std::nullopt));
    next_ += step_;
    read_next();
  }

  void fail(std::string_view code, const std::string& what) {
    breaches_.add({code, name() + " " + what});
    if (read_) std::exchange(read_, nullptr)();
  }

  void lost(const std::string& reason) {
    breaches_.add({kErrConnection, "the connection to " + run_.target.url + " failed: " + reason});
    if (opened_) std::exchange(opened_, nullptr)();
    if (read_) std::exchange(read_, nullptr)();
  }

  [[nodiscard]] std::string name() const {
    return run_.collection + "/" + (next_ < ids_.size() ? ids_[next_] : std::string("?"));
  }

  const Run& run_;
  const std::vector<std::string>& ids_;
  const std::uint64_t characters_;
  std::size_t next_;
  const std::size_t step_;
  Figures& figures_;
  Breaches& breaches_;
  Link link_;
  Time asked_at_;
  Done opened_;
  Done read_;
};

std::string title(const ColdOptions& options) {
  return thousands(options.documents) + " documents of " + thousands(options.characters) +
         " characters, " + (options.prepare_only ? "prepared" : "each opened once") + ", by " +
         thousands(options.readers) + " clients";
}

// All documents are opened, by readers that connect before the time is taken.
void read_all(const ColdOptions& options, const Run& run, const std::vector<std::string>& ids,
              Report& report, Breaches& breaches) {
  const std::size_t count = options.readers;
  Crew crew(run.threads, run.seed);
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < count; ++i) {
    readers.push_back(std::make_unique<Reader>(run, crew.loop_of(i), ids, options.characters, i,
                                               count, breaches));
  }
  const auto opened = std::make_shared<Countdown>(count);
  crew.open_each(
      count, [&](std::size_t i, Reader::Done done) { readers[i]->open(std::move(done)); }, *opened);
  (void)opened->wait(run.patience(), breaches);
  say("opening");
  const Time began = Clock::now();
  const auto read = std::make_shared<Countdown>(count);
  crew.for_each(count,
                [&readers, read](std::size_t i) { readers[i]->read([read] { read->arrive(); }); });
  const bool done = read->wait(Clock::now() + kReadingMax, breaches);
  const double seconds = seconds_of(Clock::now() - began);
  crew.stop();
  const auto figures = crew.figures();
  if (breaches.count() == 0 && (!done || figures->acknowledged < ids.size())) {
    breaches.add({kErrSilent, "not every document was opened"});
  }
  report.latency("opened", figures->acknowledged, seconds, figures->acks);
}

Result<Report> apply(const ColdOptions& options, const Run& run, Breaches& breaches) {
  // Of these names in every run, so that another run, after the server was started again, finds
  // them.
  const bool lasting = options.prepare_only || options.prepared;
  const auto ids = document_ids("cold-" + (lasting ? std::to_string(options.characters) : run.name),
                                options.documents);
  if (const Result<void> allowed = allow_connections(options.readers); !allowed) {
    return allowed.error();
  }
  Report report("cold", title(options));
  report.setting("documents", options.documents);
  report.setting("characters", options.characters);
  report.setting("readers", options.readers);
  if (!options.prepared) {
    say("creating " + thousands(ids.size()) + " documents");
    const Result<void> created =
        create_documents(run.target, run.collection, ids, options.characters);
    if (!created) return created.error();
    report.count("prepared", ids.size());
  }
  if (options.prepare_only) {
    report.verified("every document was created; none was opened");
    return report;
  }
  report.verified("every text is the one that was prepared");
  read_all(options, run, ids, report, breaches);
  return report;
}

Apply declare(Options& options) {
  const auto chosen = std::make_shared<ColdOptions>();
  options.count("--documents", "Documents", &chosen->documents);
  options.count("--readers", "Clients that open them, each one after the other", &chosen->readers);
  options.count("--size", "Characters of each document", &chosen->characters, 0);
  options.flag("--prepare-only", "Make the documents, and stop: the server can be started again",
               &chosen->prepare_only);
  options.flag("--prepared", "They are there, from --prepare-only with the same numbers",
               &chosen->prepared);
  return [chosen](const Run& run, Breaches& breaches) { return apply(*chosen, run, breaches); };
}

}  // namespace

const Scenario kCold = {"cold", "Documents that are opened once each", declare};

}  // namespace cowrite::load
