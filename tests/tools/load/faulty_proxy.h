// FaultyProxy: a WebSocket proxy before a real server, which does one thing wrong, as a faulty
// server would; so that a test can see whether that is noticed.
//
// It runs on a thread of its own, as do the fault's functions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace cowrite::load {

// One client's connection through the proxy.
struct ProxyLine {
  std::size_t number = 0;  // In the order in which clients came.
  std::function<void(const std::string&)> to_server;
  std::function<void(const std::string&)> to_client;
  std::string source;  // The connection's id, once the server has told it.
};

// What happens to messages. This one passes all of them on.
class Fault {
 public:
  Fault() = default;
  virtual ~Fault() = default;
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

  virtual void from_client(ProxyLine& line, const std::string& message) { line.to_server(message); }
  virtual void from_server(ProxyLine& line, const std::string& message) { line.to_client(message); }
};

class FaultyProxy {
 public:
  // Before the server on that port of this machine.
  FaultyProxy(std::uint16_t server_port, std::unique_ptr<Fault> fault);
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;

  [[nodiscard]] std::string url() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace cowrite::load
