// Loop: one thread with its io_context. Knows nothing of what runs on it.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "server/loop/turns.h"

namespace cowrite::loop {

class Loop {
 public:
  using Work = std::function<void()>;

  Loop();
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // The io_context on which this loop's sockets are opened.
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  // Runs work on the loop, later, in the order in which it was posted. From any thread.
  void post(Work work);
  void post_after(std::chrono::milliseconds delay, Work work);
  // Runs work again and again, so long after the last time. From any thread.
  void post_every(std::chrono::milliseconds period, Work work);

  // To be called at the end of what a socket or a timer of the context has called. What was posted
  // here does so by itself.
  void turn_ended() { turns_.ended(std::chrono::steady_clock::now()); }
  // How long its turns take. For any thread.
  [[nodiscard]] const Turns& turns() const { return turns_; }

  void start();
  // Ends the thread; what was posted and has not run never will. From another thread.
  void stop();

 private:
  void run();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Turns turns_;
  std::thread thread_;
};

}  // namespace cowrite::loop
