// Oracle: judges a run. It hears of everything that clients send and are shown, knows what is
// durable (the Ledger), and says which promise (P1 to P4, or another that has a word of its own)
// was broken first. Clients and their requests go by ids; what is durable and what others are shown
// has the names of sources.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "tests/simulation/ledger.h"
#include "tests/simulation/presence_model.h"
#include "tests/simulation/wire.h"

namespace cowrite::simulation {

struct Breach {
  std::string promise;
  std::string what;
};

class Oracle {
 public:
  explicit Oracle(const Ledger& ledger) : ledger_(ledger) {}

  // What a run has in it that excuses errors of reads.
  bool reads_fail = false;
  // Bulk requests may be refused text by text, and documents keep few of their newest records.
  bool memory_is_short = false;

  void breach(std::string promise, std::string what) {
    if (!first_) first_ = Breach{std::move(promise), std::move(what)};
  }
  [[nodiscard]] const std::optional<Breach>& first() const { return first_; }

  // ---- What well-behaved clients do and see, as it happens

  // Sent, or sent again: then perhaps transformed, but with the same text in it.
  void submitted(const std::string& client, const WireSubmission& submission);
  // Is told that its submission is record `version`.
  void acknowledged(const std::string& client, const DocumentKey& key, const std::string& id,
                    std::uint64_t sequence, std::uint64_t version);
  // Is told that its submission will never be in the log.
  void refused(const std::string& client, const DocumentKey& key, const std::string& id,
               std::uint64_t sequence, const std::string& code);
  // A request other than a submission is answered with an error.
  void failed(const std::string& client, const std::string& request, const std::string& code);
  // Is shown a record, or the text at a version.
  void shown(const std::string& client, const WireMessage& record);
  void shown(const std::string& client, const DocumentKey& key, const WireSnapshot& snapshot);
  // It is at version `from`, has not been sent the records up to `to`, and is sent that one, or
  // something else that stands there. It could have been sent those that are in memory from `base`
  // on, if all of them are.
  void skipped(const std::string& client, const DocumentKey& key, const std::string& id,
               std::uint64_t from, std::uint64_t to, std::uint64_t base);
  // Its replica is at this version now.
  void moved(const std::string& client, const DocumentKey& key, std::uint64_t version);
  // It has thrown away what it had, and begins anew: with an older text, if it asked for that
  // before, and the records since.
  void forgot(const std::string& client, const DocumentKey& key) { seen_.erase({client, key}); }

  // Sends a presence, of a document if it has a version, under its source.
  void announced(WireMessage presence);
  // Is told that its presence is not passed on, or may not listen.
  void refused(const std::string& client, const WireMessage& presence);
  // Any client has announced this presence; else it is the intruder's.
  [[nodiscard]] bool knows(const std::string& channel, const std::string& id) const {
    return presences_.contains({channel, id});
  }
  // Is shown somebody else's presence. REQUIRES: it is known.
  void shown_presence(const std::string& client, const WireMessage& presence);

  // ---- At the end

  // The history was replaced past the live document, which was told: from now on everybody gets at
  // least what the log holds now.
  void replaced(const DocumentKey& key) { replaced_[key] = ledger_.book(key).version(); }
  // Who follows the document has what it was replaced by.
  void judge_replaced(const std::string& client, const DocumentKey& key, const std::string& id,
                      std::uint64_t version);
  // What it heard of a presence is the latest that was announced, and was not taken back.
  void judge_presence(const std::string& client, const std::string& channel, const std::string& id,
                      const PresenceModel::Latest& heard);

  // Something was refused, and committed later: a copy of it, from a connection that its client had
  // left, met another document. Its client learns of that with the next record only, since it is
  // not told of what has its own source.
  [[nodiscard]] bool any_came_back() const;
  // Everything that was acknowledged is in the log, everything in the log is there once, and a
  // replay gives the newest text.
  void judge_log();
  // P4. Of a document that does not exist, `text` is absent.
  void judge_replica(const std::string& client, const DocumentKey& key,
                     std::optional<std::uint64_t> version, const std::optional<std::string>& text);

 private:
  using Name = std::tuple<DocumentKey, std::string, std::uint64_t>;  // Source and sequence.
  struct Submitted {
    std::size_t kind = 0;  // Index of its change.
    std::string text;      // That it inserts.
    std::optional<std::uint64_t> base;
    bool acknowledged = false;
    bool refused = false;
    bool for_good = false;  // Nothing can change it.
  };

  [[nodiscard]] bool may_refuse(const Name& name, const Submitted& submission,
                                const std::string& code) const;
  [[nodiscard]] std::size_t count_in_log(const Name& name) const;
  [[nodiscard]] std::string moved_value(const WireMessage& presence, std::uint64_t to) const;
  void judge_book(const DocumentKey& key, const Ledger::Book& book);

  const Ledger& ledger_;
  std::optional<Breach> first_;
  std::map<Name, Submitted> submissions_;
  std::map<std::pair<std::string, DocumentKey>, std::uint64_t> seen_;  // The highest version.
  std::set<char32_t> keys_in_log_;
  std::map<DocumentKey, std::uint64_t> replaced_;                           // The version then.
  using PresenceName = std::pair<std::string, std::string>;                 // Channel and id.
  std::map<PresenceName, std::map<std::uint64_t, WireMessage>> presences_;  // By "pv".
};

}  // namespace cowrite::simulation
