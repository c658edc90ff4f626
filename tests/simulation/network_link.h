// NetworkLink: one connection between a client and the server, as a network that may fail carries
// it.
//
// Messages of one direction arrive in their order, or a first part of them does; how long they take
// is up to chance, and so is when either end learns that the other is gone. So messages of a client
// that has left still arrive while it already speaks over another link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/transport/connection.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/random.h"
#include "tests/simulation/timeline.h"
#include "tests/simulation/trace.h"

namespace cowrite::simulation {

// Times in microseconds.
struct NetworkConditions {
  Microseconds latency_max = 2'000;
  // How long the server may not notice that a client left, and a client that the server died.
  Microseconds half_open_max = 50'000;
  // The pause between what the client reads, and how many bytes each of them counts for, so that
  // short texts fill the queues that are meant for long ones.
  Microseconds read_pause_max = 50;
  std::size_t weight = 1;
};

// What the client hears. Nothing after on_close.
struct ClientEnd {
  std::function<void()> on_open;
  std::function<void(std::string_view)> on_message;
  std::function<void()> on_close;
};

class NetworkLink final : public transport::Connection,
                          public std::enable_shared_from_this<NetworkLink> {
 public:
  NetworkLink(Timeline& timeline, Random& random, Trace& trace, Oracle& oracle, std::string client,
              ClientEnd end);

  // ---- For the client

  void send_up(std::string text);
  // The client is gone; whether what it sent last arrives is open.
  void hang_up();
  [[nodiscard]] bool client_listens() const { return client_listens_; }

  // ---- For the server

  void opened();
  void accepted(std::shared_ptr<transport::ConnectionEvents> events);
  // The process died.
  void lose_server();

  void send(const transport::SharedOutbound& outbound, transport::Haste haste) override;
  void send_long(std::unique_ptr<transport::LongText> message) override;
  [[nodiscard]] bool await_drained() override;
  void close(transport::CloseCode code, std::string_view reason) override;
  void terminate() override;
  [[nodiscard]] std::size_t queued_bytes() const override { return queued_bytes_; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override;

  NetworkConditions conditions;

 private:
  struct Queued {
    transport::SharedOutbound outbound;
    std::size_t bytes = 0;                                        // As they count.
    std::shared_ptr<transport::LongText> long_message = nullptr;  // Instead of the outbound.
  };

  // Runs `work` later, but after all that was planned with the same `last`.
  void in_order(Microseconds& last, Microseconds delay, std::function<void()> work);
  void arrive(const std::string& text);
  void queue(Queued queued);
  void read_one();
  void tell_if_drained();
  void carry_down(const std::string& text);
  void tell_client_of_end(Microseconds delay_max);
  void tell_server_of_end(Microseconds delay_max);

  Timeline& timeline_;
  Random& random_;
  Trace& trace_;
  Oracle& oracle_;
  const std::string client_;

  ClientEnd end_;
  bool client_listens_ = true;
  std::shared_ptr<transport::ConnectionEvents> events_;

  Microseconds last_up_ = 0;
  std::size_t sent_up_ = 0, arrived_up_ = 0;
  std::size_t lost_up_from_ = SIZE_MAX;  // Of those sent up, this one and all after it are lost.
  bool paused_ = false;
  std::deque<std::string> held_;  // Arrived while paused.

  Microseconds last_down_ = 0;
  std::deque<Queued> queue_;  // Not read yet.
  std::size_t queued_bytes_ = 0;
  bool was_above_low_ = false;
  bool awaits_drained_ = false;
  bool reading_ = false;
  bool closing_ = false;
};

}  // namespace cowrite::simulation
