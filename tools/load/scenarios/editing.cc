#include "tools/load/scenarios/editing.h"

#include <sys/resource.h>

#include <atomic>
#include <utility>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/countdown.h"
#include "tools/load/scenarios/crew.h"
#include "tools/load/scenarios/documents.h"
#include "tools/load/verification/verification.h"
#include "tools/load/wire/system_limits.h"

namespace cowrite::load {
namespace {

// So long all clients may take to connect. A reconnecting client waits up to 15 s.
constexpr std::chrono::minutes kOpeningMax{2};
// Clients begin when all loops have been told to.
constexpr std::chrono::milliseconds kBeforeStart{20};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Editing {
 public:
  Editing(const Run& run, const EditingPlan& plan, Breaches& breaches)
      : run_(run),
        plan_(plan),
        breaches_(breaches),
        ids_(document_ids(plan.scenario + "-" + run.name, plan.documents)),
        crew_(run.threads, run.seed) {}
  ~Editing() { crew_.stop(); }
  Editing(const Editing&) = delete;
  Editing& operator=(const Editing&) = delete;

  Result<EditingOutcome> run() {
    const std::size_t count = plan_.writers + plan_.followers;
    if (const Result<void> allowed = allow_connections(count); !allowed) return allowed.error();
    say("creating " + thousands(ids_.size()) + " documents");
    const Result<void> created =
        create_documents(run_.target, run_.collection, ids_, plan_.characters);
    if (!created) return created.error();
    make_clients(count);
    EditingOutcome outcome;
    opened_ = open();
    if (opened_) write(outcome);
    if (opened_) {
      say("waiting for the last acknowledgements");
      (void)wait_until_quiet(clients_.size());
      read_histories();
    }
    if (!histories_.empty()) catch_up();
    crew_.stop();
    verify_all(outcome);
    outcome.figures = crew_.figures();
    return outcome;
  }

 private:
  [[nodiscard]] bool is_well() const { return breaches_.count() == 0; }

  void make_clients(std::size_t count) {
    for (std::size_t number = 0; number < count; ++number) {
      const bool writes = number < plan_.writers;
      const std::size_t place = writes ? number : number - plan_.writers;
      CrewLoop& loop = crew_.loop_of(number);
      Client::Plan plan{number, run_.collection, ids_[place % ids_.size()], plan_.characters};
      if (writes) plan.rhythm = plan_.rhythm;
      plan.keys = plan_.keys;
      plan.cuts = plan_.cuts;
      plan.shows_cursor = plan_.shows_cursors;
      plan.source_address = source_address(run_.target, number, count);
      clients_.push_back(std::make_unique<Client>(
          std::move(plan), Client::Surroundings{loop.loop.context(), loop.random, run_.target,
                                                authors_, loop.figures, loop.records, breaches_}));
    }
  }

  bool open() {
    say("connecting " + thousands(clients_.size()) + " clients");
    Countdown opened(clients_.size());
    crew_.open_each(
        clients_.size(),
        [this](std::size_t number, Client::Done done) { clients_[number]->open(std::move(done)); },
        opened);
    if (!opened.wait(Clock::now() + kOpeningMax, breaches_) && is_well()) {
      breaches_.add({kErrSilent, thousands(opened.left()) + " clients could not subscribe"});
    }
    if (!is_well()) crew_.stop();  // They refer to `opened`.
    return is_well();
  }

  void write(EditingOutcome& outcome) {
    const Time start = Clock::now() + kBeforeStart;
    Window window{start, Time::max()};
    if (!plan_.keys) {
      window.begin += duration_of(plan_.warmup_seconds);
      window.end = window.begin + duration_of(plan_.seconds);
    }
    say("writing");
    for (const auto& member : crew_.loops()) {
      member->loop.post([&figures = member->figures, window] { figures.window = window; });
    }
    wait_until(start, breaches_);
    crew_.for_each(clients_.size(), [this](std::size_t number) { clients_[number]->start(); });
    if (!plan_.keys) wait_until(window.begin, breaches_);
    const double cpu_before = cpu_seconds();
    if (plan_.keys) {
      (void)wait_until_quiet(plan_.writers);
    } else {
      wait_until(window.end, breaches_);
    }
    outcome.cpu_seconds = cpu_seconds() - cpu_before;
    outcome.seconds = seconds_of(Clock::now() - window.begin);
    crew_.for_each(clients_.size(), [this](std::size_t number) { clients_[number]->stop(); });
  }

  // The first `count` clients. False if the server stops to acknowledge before; which operations it
  // left out, the verification finds.
  bool wait_until_quiet(std::size_t count) {
    const auto quiet = std::make_shared<Countdown>(count);
    crew_.for_each(count, [this, quiet](std::size_t number) {
      clients_[number]->when_quiet([quiet] { quiet->arrive(); });
    });
    for (std::uint64_t before = UINT64_MAX;;) {
      if (quiet->wait(run_.patience(), breaches_)) return true;
      const std::uint64_t now = acknowledged();
      if (!is_well() || std::exchange(before, now) == now) break;
    }
    if (is_well()) {
      breaches_.add({kErrSilent, thousands(quiet->left()) + " of " + thousands(count) +
                                     " clients wait for acknowledgements, and there have been "
                                     "none for " +
                                     decimal(run_.patience_seconds, 1) + " s"});
    }
    return false;
  }

  // So far.
  std::uint64_t acknowledged() {
    const auto sum = std::make_shared<std::atomic<std::uint64_t>>(0);
    const auto counted = std::make_shared<Countdown>(crew_.loops().size());
    for (const auto& member : crew_.loops()) {
      member->loop.post([&figures = member->figures, sum, counted] {
        *sum += figures.all_acknowledged;
        counted->arrive();
      });
    }
    (void)counted->wait(run_.patience(), breaches_);
    return *sum;
  }

  void read_histories() {
    say("fetching the histories");
    histories_.resize(ids_.size());
    const Result<void> read = load::read_histories(
        run_.target, run_.collection, ids_,
        [this](std::size_t index, History history) { histories_[index] = std::move(history); });
    if (read) return;
    breaches_.add(read.error());
    histories_.clear();
  }

  // Every client gets the rest. What it was not sent, the verification finds.
  void catch_up() {
    const auto there = std::make_shared<Countdown>(clients_.size());
    crew_.for_each(clients_.size(), [this, there](std::size_t number) {
      const History& history = histories_[document_of(number)];
      clients_[number]->when_at(history.version(), [there] { there->arrive(); });
    });
    (void)there->wait(run_.patience(), breaches_);
  }

  [[nodiscard]] std::size_t document_of(std::size_t number) const {
    return (number < plan_.writers ? number : number - plan_.writers) % ids_.size();
  }

  void verify_all(EditingOutcome& outcome) {
    std::vector<std::vector<ClientState>> states(ids_.size());
    for (std::size_t number = 0; number < clients_.size(); ++number) {
      const Client& client = *clients_[number];
      if (histories_.empty()) {
        if (const auto sequence = client.unanswered()) {
          breaches_.add({kErrNotAcknowledged, "operation " + std::to_string(*sequence) + " of " +
                                                  client.describe() + " was never acknowledged"});
        }
        continue;
      }
      states[document_of(number)].push_back(client.state());
    }
    for (std::size_t i = 0; i < histories_.size(); ++i) {
      verify(run_.collection + "/" + ids_[i], histories_[i], states[i], breaches_);
      outcome.verified_operations += histories_[i].version() - 1;
    }
  }

  const Run& run_;
  const EditingPlan& plan_;
  Breaches& breaches_;
  const std::vector<std::string> ids_;
  Authors authors_;
  Crew crew_;  // Ends before the clients do.
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<History> histories_;
  bool opened_ = false;
};

}  // namespace

Result<EditingOutcome> edit(const Run& run, const EditingPlan& plan, Breaches& breaches) {
  return Editing(run, plan, breaches).run();
}

void report_editing(Report& report, const EditingPlan& plan, const EditingOutcome& outcome) {
  report.setting("documents", plan.documents);
  report.setting("writers", plan.writers);
  report.setting("followers", plan.followers);
  report.setting("characters", plan.characters);
  report.setting("seconds", outcome.seconds);
  const Figures& figures = *outcome.figures;
  report.latency("acknowledged", figures.acknowledged, outcome.seconds, figures.acks);
  if (figures.delivered > 0) {
    report.latency("delivered", figures.delivered, outcome.seconds, figures.deliveries);
  }
  if (plan.shows_cursors) {
    report.rate("presences_sent", figures.presences_sent, outcome.seconds);
    report.rate("presences_delivered", figures.presences_delivered, outcome.seconds);
    if (figures.presences_refused > 0) report.count("presences_refused", figures.presences_refused);
  }
  if (figures.returns.count() > 0) {
    report.latency("reconnected", figures.returns.count(), outcome.seconds, figures.returns);
    report.count("cut", figures.cuts);
    report.count("submitted_again", figures.resubmissions);
  }
  if (figures.lost_connections > 0) report.count("lost_connections", figures.lost_connections);
  if (figures.fetches > 0) report.count("fetched_what_was_missed", figures.fetches);
  if (outcome.seconds <= 0) return;  // It was not begun.
  report.remark("cpu", outcome.cpu_seconds / outcome.seconds,
                "cowrite-load used " + decimal(outcome.cpu_seconds / outcome.seconds, 2) +
                    " of a core; near 1 for each thread, it was the limit.");
  report.verified(thousands(outcome.verified_operations) + " operations in " +
                  thousands(plan.documents) + (plan.documents == 1 ? " document" : " documents") +
                  "; each was acknowledged once, is in its history once and in its "
                  "place, and was delivered to every client; all texts are equal");
}

}  // namespace cowrite::load
