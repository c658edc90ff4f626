#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "storage/seeded_hash.h"

namespace cowrite::simulation {
namespace {

// A run that does not come to rest within so many events never will.
constexpr std::uint64_t kEventsMax = 2'000'000;

// How long the server may take to end when it is told to, and to come back, in microseconds.
constexpr Microseconds kDrain = 3'000'000;
constexpr Microseconds kDownMax = 2'000'000;

// What is typed to catch up with another node may itself be refused, for what that one did.
constexpr int kTriesMax = 50;

constexpr Microseconds kOfflineMax = 3'000'000;
constexpr Microseconds kLongOfflineMax = 60'000'000;

// The same names on the same loops at every run. Before the first name is made.
[[maybe_unused]] const bool kHashSeedFixed = [] {
  storage::fix_hash_seed({1, 2});
  return true;
}();

}  // namespace

World::World(std::uint64_t seed, std::uint64_t steps, Trace::Printing printing)
    : random_(seed),
      plan_(Plan::draw(random_, steps)),
      trace_(timeline_, printing),
      oracle_(ledger_),
      log_(timeline_, random_, trace_, ledger_, oracle_),
      rival_(random_, ledger_, oracle_, plan_.pasted),
      operator_(random_, ledger_, oracle_, rival_),
      keyboard_(random_),
      intruder_(random_, documents_, clients_,
                [this](const std::string& client, ClientEnd end) {
                  return dial(client, std::move(end));
                }),
      steps_left_(steps) {}

// A link and the session at its end hold each other until one of them is gone.
World::~World() {
  for (const std::weak_ptr<NetworkLink>& link : links_) {
    if (const auto open = link.lock()) open->lose_server();
  }
}

std::optional<Breach> World::run() {
  populate();
  start();
  timeline_.after(0, [this] { step(); });
  run_until_quiet();
  if (!oracle_.first()) settle();
  if (!oracle_.first()) judge();
  if (!oracle_.first()) say_goodbye();
  return oracle_.first();
}

// ---- While there is trouble

void World::populate() {
  trace_.note("world", "has", plan_.describe());
  oracle_.reads_fail = plan_.log.read_error > 0;
  oracle_.memory_is_short = plan_.documents_bytes < kRoomy;
  log_.faults = plan_.log;
  for (std::size_t i = 0; i < plan_.documents; ++i) {
    documents_.emplace_back(random_.one_in(4) ? "notes" : "docs", "d" + std::to_string(i));
    if (plan_.history > 0 && random_.one_in(2)) {
      rival_.write(documents_.back(), 1 + random_.below(plan_.history), now_ms());
    }
  }
  for (std::size_t i = 0; i < plan_.clients; ++i) {
    add_client();
    Client& client = *clients_.back();
    for (const DocumentKey& key : documents_) {
      Replica& replica = client.replica(key);
      const Ledger::Book& book = ledger_.book(key);
      // It slept since yesterday, and has typed since.
      if (book.version() > 0 && random_.one_in(3)) {
        replica.restore(book.versions[random_.below(book.versions.size())]);
        if (random_.one_in(2)) users_.back().type(key);
      }
      if (!random_.one_in(4)) replica.subscribe();
    }
    client.room().join();
    for (const DocumentKey& key : documents_) {
      if (random_.one_in(2)) client.cursor(key).join();
    }
    client.go_online();
  }
}

void World::add_client() {
  const std::string name = "c" + std::to_string(clients_.size());
  clients_.push_back(std::make_unique<Client>(
      name, Client::Dependencies{timeline_, random_, oracle_,
                                 [this](const std::string& client, ClientEnd end) {
                                   return dial(client, std::move(end));
                                 }}));
  users_.emplace_back(*clients_.back(), documents_, random_, keyboard_);
}

void World::step() {
  if (steps_left_-- == 0) return heal();
  random_.pick(users_).act(plan_);
  make_trouble();
  const Microseconds pause = random_.one_in(20) ? plan_.step_max * 20 : plan_.step_max;
  timeline_.after(random_.between(0, pause), [this] { step(); });
}

void World::make_trouble() {
  if (percent(plan_.hang_up)) interrupt(*random_.pick(clients_));
  if (percent(plan_.crash) && node_) crash();
  if (percent(plan_.restart) && node_) restart();
  if (percent(plan_.evict) && node_) node_->evict_idle();
  if (percent(plan_.intruder)) intruder_.act();
  if (percent(plan_.clock)) clock_ms_ += random_.between(-5'000, 5'000);
  if (percent(plan_.operate) && node_) {
    const DocumentKey& key = random_.pick(documents_);
    trace_.note("operator", "acts on", key.id());
    operator_.act(*node_, key, now_ms());
  }
  if (percent(plan_.rival)) {
    const DocumentKey& key = random_.pick(documents_);
    const std::uint64_t count =
        random_.one_in(30) ? 100 + random_.below(400) : 1 + random_.below(3);
    trace_.note("rival", "writes", key.id() + " " + std::to_string(count));
    rival_.write(key, count, now_ms());
  }
}

void World::interrupt(Client& client) {
  if (!client.online()) return;
  if (random_.one_in(2) && client.link()) {  // Only the connection is lost.
    client.go_offline();
    client.go_online();
    return;
  }
  client.go_offline();
  const Microseconds away = random_.between(0, random_.one_in(4) ? kLongOfflineMax : kOfflineMax);
  timeline_.after(away, [&client] { client.go_online(); });
}

void World::crash() {
  trace_.note("server", "dies");
  log_.crash();
  node_ = nullptr;
  operator_.forget();
  for (const std::weak_ptr<NetworkLink>& link : std::exchange(links_, {})) {
    if (const auto lost = link.lock()) lost->lose_server();
  }
  timeline_.after(random_.between(0, healed_ ? 0 : kDownMax), [this] { start(); });
}

void World::restart() {
  trace_.note("server", "is told to end");
  node_->drain();
  timeline_.after(random_.between(0, kDrain), [this, ending = std::weak_ptr(node_)] {
    if (!ending.expired()) crash();
  });
}

void World::start() {
  if (node_) return;
  trace_.note("server", "starts");
  node_ = std::make_shared<Node>(
      Node::Dependencies{.timeline = timeline_,
                         .random = random_,
                         .log = log_,
                         .now_ms = [this] { return now_ms(); },
                         .halt =
                             [this] {
                               timeline_.after(0, [this, dying = std::weak_ptr(node_)] {
                                 if (!dying.expired()) crash();
                               });
                             }},
      plan_.loops, plan_.documents_bytes,
      switchboard::AtOnce{.told = plan_.told_at_once,
                          .asked = plan_.asked_at_once,
                          .worked_ns = plan_.worked_at_once});
}

std::shared_ptr<NetworkLink> World::dial(const std::string& client, ClientEnd end) {
  auto link =
      std::make_shared<NetworkLink>(timeline_, random_, trace_, oracle_, client, std::move(end));
  link->conditions = plan_.link;
  if (plan_.slow_readers && random_.one_in(2)) {
    link->conditions.read_pause_max = 100'000;
    link->conditions.weight = 1 + random_.below(20'000);
  }
  timeline_.after(random_.between(0, plan_.link.latency_max), [this, link] {
    if (!link->client_listens()) return;
    if (!node_) return link->lose_server();
    links_.push_back(link);
    link->opened();
    node_->accept(link);
  });
  return link;
}

std::int64_t World::now_ms() const { return clock_ms_ + timeline_.now() / 1'000; }

// ---- Afterwards

void World::heal() {
  trace_.note("world", "is healed");
  healed_ = true;
  log_.faults = {};
  plan_.link = {};
  plan_.slow_readers = false;
  intruder_.go_away();
  for (const std::weak_ptr<NetworkLink>& link : links_) {
    if (const auto slow = link.lock()) slow->conditions = {.weight = slow->conditions.weight};
  }
  start();
  for (const auto& client : clients_) {
    client->go_online();
    for (const DocumentKey& key : documents_) {
      client->replica(key).subscribe();
      client->replica(key).flush();
    }
  }
}

void World::run_until_quiet() {
  for (std::uint64_t events = 0; !oracle_.first(); ++events) {
    if (!timeline_.run_next()) return;
    if (events == kEventsMax) return oracle_.breach("answers", "the run does not come to rest");
  }
}

// What an error or another node has kept from the clients, they learn with the next record.
void World::settle() {
  for (const auto& client : clients_) {
    for (const DocumentKey& key : documents_) {
      Replica& replica = client->replica(key);
      if (!replica.subscribed()) replica.subscribe();
      if (!replica.version()) replica.fetch();
    }
  }
  run_until_quiet();
  for (const auto& client : clients_) {
    for (const auto& [key, replica] : client->replicas()) {
      if (!replica.subscribed() || !replica.version()) continue;
      oracle_.judge_replaced(client->name(), key, client->source(), *replica.version());
    }
  }
  const bool others_wrote = plan_.rival > 0 || plan_.operate > 0 || plan_.intruder > 0;
  if (!others_wrote && !oracle_.any_came_back()) return;
  add_client();
  Client& last = *clients_.back();
  last.go_online();
  for (const DocumentKey& key : documents_) last.replica(key).subscribe();
  run_until_quiet();
  for (int tries = 0; tries < kTriesMax; ++tries) {
    for (const DocumentKey& key : documents_) {
      const bool is_behind = last.replica(key).version() != ledger_.book(key).version();
      if (tries == 0 || is_behind) users_.back().type(key);
      last.replica(key).flush();
    }
    run_until_quiet();
  }
}

void World::judge() {
  oracle_.judge_log();
  operator_.judge();
  for (const auto& client : clients_) judge_client(*client);
}

void World::judge_client(const Client& client) {
  if (!client.connected()) return oracle_.breach("answers", client.name() + " is not connected");
  if (!client.unanswered().empty()) {
    oracle_.breach("answers", client.name() + " waits for " + *client.unanswered().begin());
  }
  for (const auto& [key, replica] : client.replicas()) {
    if (!replica.quiet()) {
      oracle_.breach("answers", client.name() + " cannot get rid of what it typed in " + key.id());
    }
    if (!replica.subscribed()) {
      oracle_.breach("answers", client.name() + " does not follow " + key.id());
    }
    oracle_.judge_replica(
        client.name(), key, replica.version(),
        replica.exists() ? std::optional(replica.text().to_string()) : std::nullopt);
  }
  for_each_presence(client, [&](const auto& channel, const auto& id, const auto& heard) {
    oracle_.judge_presence(client.name(), channel, id, heard);
  });
}

// What it heard of the others, wherever both listen and the other is somewhere. A presence is
// announced to those who listen at that time, so none are judged where people look away.
template <typename Judge>
void World::for_each_presence(const Client& client, Judge judge) {
  if (plan_.leaves > 0) return;
  for (const auto& other : clients_) {
    if (other.get() == &client) continue;
    for (const auto& [channel, theirs] : other->presences()) {
      const auto own = client.presences().find(channel);
      if (own == client.presences().end() || !own->second.wants_to_listen()) continue;
      if (!theirs.wants_to_listen() || theirs.refused() || theirs.own().value == "null") continue;
      judge(channel, theirs.id(), own->second.heard_of(theirs.id()));
    }
  }
}

// All but one go, which sees that, and then follows nothing any more. When it has gone too, the
// server holds nothing for anybody.
void World::say_goodbye() {
  Client& last = *clients_.front();
  for (const auto& client : clients_) {
    if (client.get() != &last) client->go_offline();
  }
  run_until_quiet();
  for_each_presence(last, [&](const auto& channel, const auto& id, const auto& heard) {
    if (heard.value == "null") return;
    oracle_.breach("presence", last.name() + " sees " + id + " in " + channel + ", who has gone");
  });
  last.stop_following();
  run_until_quiet();
  expect_left_over("a session");
  last.go_offline();
  run_until_quiet();
  expect_left_over("");
}

void World::expect_left_over(const std::string& expected) {
  const std::string left = node_->leftovers();
  if (left == expected) return;
  oracle_.breach("bounds", (left.empty() ? "nothing" : left) + " is left over");
}

}  // namespace cowrite::simulation
