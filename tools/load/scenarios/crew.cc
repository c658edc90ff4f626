#include "tools/load/scenarios/crew.h"

#include <utility>

namespace cowrite::load {
namespace {

// Connections that each loop makes at a time: enough to hide the round trips, and fewer than the
// connections that a kernel lets wait for a server.
constexpr std::size_t kOpeningMax = 64;

// Opens the clients of one loop.
class Opener : public std::enable_shared_from_this<Opener> {
 public:
  Opener(std::size_t first, std::size_t step, std::size_t count, Crew::Opening open,
         Countdown& opened)
      : next_(first), step_(step), count_(count), open_(std::move(open)), opened_(opened) {}

  void open_next() {
    if (next_ >= count_) return;
    open_(std::exchange(next_, next_ + step_), [self = shared_from_this()] {
      self->opened_.arrive();
      self->open_next();
    });
  }

 private:
  std::size_t next_;
  std::size_t step_;
  std::size_t count_;
  Crew::Opening open_;
  Countdown& opened_;
};

}  // namespace

Crew::Crew(std::size_t threads, std::uint64_t seed) {
  for (std::size_t i = 0; i < threads; ++i) {
    loops_.push_back(std::make_unique<CrewLoop>(seed + i));
    loops_.back()->loop.start();
  }
}

void Crew::for_each(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t first = 0; first < loops_.size(); ++first) {
    loops_[first]->loop.post([this, first, count, work] {
      for (std::size_t number = first; number < count; number += loops_.size()) work(number);
    });
  }
}

void Crew::open_each(std::size_t count, const Opening& open, Countdown& opened) {
  for (std::size_t first = 0; first < loops_.size(); ++first) {
    loops_[first]->loop.post([this, first, count, open, &opened] {
      const auto opener = std::make_shared<Opener>(first, loops_.size(), count, open, opened);
      for (std::size_t i = 0; i < kOpeningMax; ++i) opener->open_next();
    });
  }
}

void Crew::stop() {
  for (const auto& member : loops_) member->loop.stop();
}

std::unique_ptr<Figures> Crew::figures() const {
  auto sum = std::make_unique<Figures>();
  for (const auto& member : loops_) sum->add(member->figures);
  return sum;
}

}  // namespace cowrite::load
