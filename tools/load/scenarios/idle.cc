// idle: connections on which nothing happens but pings. How many can there be, and do they stay?

#include <algorithm>
#include <memory>
#include <vector>

#include "tools/load/numbers.h"
#include "tools/load/scenarios/all.h"
#include "tools/load/scenarios/countdown.h"
#include "tools/load/scenarios/crew.h"
#include "tools/load/wire/link.h"
#include "tools/load/wire/system_limits.h"

namespace cowrite::load {
namespace {

struct IdleOptions {
  std::uint64_t connections = 10'000;
  double seconds = 60;
};

constexpr std::chrono::minutes kConnectingMax{5};

// One connection after its handshake.
class IdleClient {
 public:
  using Done = std::function<void()>;

  IdleClient(const Run& run, CrewLoop& loop, std::optional<boost::asio::ip::address> source_address,
             Breaches& breaches)
      : figures_(loop.figures),
        breaches_(breaches),
        link_(loop.loop.context(), run.target, std::move(source_address),
              {[this] { connected(); }, [this](std::string_view) { answered(); },
               [this](const std::string& reason) { lost(reason); }}) {}

  void open(Done done) {
    opened_ = std::move(done);
    began_ = Clock::now();
    link_.dial();
  }

  // Whether it is still there, by an answer of the server.
  void ask(Done done) {
    if (!link_.ready()) return done();
    asked_ = std::move(done);
    link_.send(R"({"a":"pp"})");
  }

  [[nodiscard]] bool stayed() const { return stayed_; }

 private:
  void connected() {
    if (!opened_) return;
    figures_.returns.record(Clock::now() - began_);
    std::exchange(opened_, nullptr)();
  }

  void answered() {
    if (!asked_) return;
    stayed_ = true;
    std::exchange(asked_, nullptr)();
  }

  void lost(const std::string& reason) {
    ++figures_.lost_connections;
    if (opened_ || asked_) {
      breaches_.add({kErrConnection, (opened_ ? "a client cannot connect: "
                                              : "a connection was lost when it was used: ") +
                                         reason});
    }
    if (opened_) std::exchange(opened_, nullptr)();
    if (asked_) std::exchange(asked_, nullptr)();
  }

  Figures& figures_;
  Breaches& breaches_;
  Link link_;
  Time began_;
  Done opened_;
  Done asked_;
  bool stayed_ = false;
};

Result<Report> apply(const IdleOptions& options, const Run& run, Breaches& breaches) {
  const std::size_t count = options.connections;
  if (const Result<void> allowed = allow_connections(count); !allowed) return allowed.error();
  Crew crew(run.threads, run.seed);
  std::vector<std::unique_ptr<IdleClient>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<IdleClient>(run, crew.loop_of(i),
                                                   source_address(run.target, i, count), breaches));
  }
  say("connecting " + thousands(count) + " clients");
  const Time began = Clock::now();
  const auto opened = std::make_shared<Countdown>(count);
  crew.open_each(
      count,
      [&](std::size_t number, IdleClient::Done done) { clients[number]->open(std::move(done)); },
      *opened);
  const bool all_opened = opened->wait(Clock::now() + kConnectingMax, breaches);
  const double connecting_seconds = seconds_of(Clock::now() - began);
  if (!all_opened && breaches.count() == 0) {
    breaches.add({kErrSilent, thousands(opened->left()) + " clients could not connect"});
  }
  say("waiting");
  if (all_opened) {
    wait_until(Clock::now() + duration_of(options.seconds), breaches);
    const auto asked = std::make_shared<Countdown>(count);
    crew.for_each(count, [&clients, asked](std::size_t number) {
      clients[number]->ask([asked] { asked->arrive(); });
    });
    (void)asked->wait(run.patience(), breaches);
  }
  crew.stop();
  const auto figures = crew.figures();
  const auto stayed = static_cast<std::uint64_t>(
      std::ranges::count_if(clients, [](const auto& client) { return client->stayed(); }));
  if (all_opened && stayed < count) {
    breaches.add({kErrConnection, "of " + thousands(count) + " idle connections " +
                                      thousands(count - stayed) + " did not stay"});
  }
  Report report("idle", thousands(count) + " connections that answer pings, for " +
                            decimal(options.seconds, 1) + " s");
  report.setting("connections", options.connections);
  report.setting("seconds", options.seconds);
  report.latency("connected", figures->returns.count(), connecting_seconds, figures->returns);
  report.count("stayed", stayed);
  report.remark("connecting_seconds", connecting_seconds,
                "All were connected after " + decimal(connecting_seconds, 2) + " s.");
  report.verified("every connection stayed, and was answered in the end");
  return report;
}

Apply declare(Options& options) {
  const auto chosen = std::make_shared<IdleOptions>();
  options.count("--connections", "Connections", &chosen->connections);
  options.number("--seconds", "SECONDS", "How long they stay", &chosen->seconds);
  return [chosen](const Run& run, Breaches& breaches) { return apply(*chosen, run, breaches); };
}

}  // namespace

const Scenario kIdle = {"idle", "Connections that do nothing but answer pings", declare};

}  // namespace cowrite::load
