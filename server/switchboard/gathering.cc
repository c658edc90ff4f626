#include "server/switchboard/gathering.h"

#include "server/switchboard/limits.h"

namespace cowrite::switchboard {

void Gathering::begin(Work done) {
  if (std::exchange(was_alone_, false)) return done();
  done_ = std::move(done);
  began_ = now_();
  requests_before_ = requests_;
  go_on();
}

void Gathering::go_on() {
  requests_seen_ = requests_;
  post_([this] {
    const bool is_over = now_() - began_ >= kGathered || requests_ == requests_seen_;
    is_over ? end() : go_on();
  });
}

void Gathering::end() {
  was_alone_ = requests_ == requests_before_;
  std::exchange(done_, nullptr)();
}

}  // namespace cowrite::switchboard
