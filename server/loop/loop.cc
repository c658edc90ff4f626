#include "server/loop/loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <utility>

namespace cowrite::loop {

Loop::Loop() : work_(context_.get_executor()) {}

void Loop::post(Work work) {
  boost::asio::post(context_, [this, work = std::move(work)] {
    work();
    turn_ended();
  });
}

void Loop::post_after(std::chrono::milliseconds delay, Work work) {
  post([this, delay, work = std::move(work)]() mutable {
    auto timer = std::make_shared<boost::asio::steady_timer>(context_, delay);
    timer->async_wait(
        [this, timer, work = std::move(work)](const boost::system::error_code& error) {
          if (error) return;
          work();
          turn_ended();
        });
  });
}

void Loop::post_every(std::chrono::milliseconds period, Work work) {
  post_after(period, [this, period, work = std::move(work)]() mutable {
    work();
    post_every(period, std::move(work));
  });
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::run() {
  turns_.begin(std::chrono::steady_clock::now());
  context_.run();
}

void Loop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cowrite::loop
