#include "server/server.h"

#include <algorithm>
#include <chrono>
#include <latch>
#include <utility>

#include "server/http/errors.h"
#include "server/http/operator_token.h"
#include "server/http/responses.h"
#include "server/metrics/endpoint.h"
#include "server/pages/embedded_file.h"
#include "server/protocol/error_codes.h"
#include "server/switchboard/limits.h"
#include "server/transport/connection_quota.h"
#include "server/version.h"
#include "storage/errors.h"
#include "storage/random_id.h"
#include "storage/rocksdb_log.h"
#include "storage/store/format_version.h"
#include "storage/timestamp.h"

namespace cowrite::server {
namespace {

// 128 random bits: ids of clients must not be guessed, nor come again.
constexpr std::size_t kIdDigits = 32;

std::int64_t unix_time_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

transport::Payers::Secret random_secret() {
  constexpr std::size_t kDigits = 16;  // Of 64 bits.
  const auto number = [] { return std::stoull(storage::random_hex(kDigits), nullptr, 16); };
  return {number(), number()};
}

Result<std::uint64_t> version_made_by(const document::Answer& answer) {
  if (const auto* ack = std::get_if<document::Ack>(&answer.outcome)) return ack->version + 1;
  if (const auto* refusal = std::get_if<document::Refusal>(&answer.outcome)) return refusal->error;
  return Error{storage::kErrIo, "the log cannot be read now"};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, log::Log& operator_log,
                                              Halt halt) {
  Result<std::shared_ptr<const Admission>> admission = make_admission(options);
  if (!admission) return admission.error();
  const Result<Descriptors> descriptors =
      share_descriptors(raise_descriptor_limit(), options.loops);
  if (!descriptors) return descriptors.error();
  Result<transport::TrustedProxies> proxies =
      transport::TrustedProxies::make(options.trusted_proxies);
  if (!proxies) return proxies.error();
  const bool in_memory = options.data == ":memory:";
  Result<std::unique_ptr<storage::RocksDbLog>> log = storage::RocksDbLog::open(
      options.data, in_memory ? storage::OpenMode::kInMemory : storage::OpenMode::kReadWrite,
      {.store = {.memory_bytes = MemoryShares(options.memory_bytes).store,
                 .open_tables_max = descriptors->store_files,
                 .upgraded =
                     [&operator_log](std::uint64_t from) {
                       operator_log.warning(storage::describe_upgrade(from));
                     }},
       .memory_bytes = options.memory_bytes,
       .disk_reserve_bytes = options.disk_reserve_bytes});
  if (!log) return log.error();
  if (!(*log)->store().was_shut_down_cleanly()) {
    operator_log.warning(
        "the last run was not shut down cleanly; its log was replayed up to where it ends");
  }
  if (const storage::LogHealth health = (*log)->health(); health.waits_for_disk) {
    operator_log.warning("the disk has " + std::to_string(health.disk_free_bytes.value_or(0)) +
                         " bytes free, fewer than the reserve of " +
                         std::to_string(health.disk_reserve_bytes) +
                         ": documents can be read, and edits wait until there is room");
  }

  // Documents in memory have no folder for the token, and so no operator.
  Result<std::string> token = in_memory ? Result<std::string>(std::string())
                                        : http::load_or_create_operator_token(options.data);
  if (!token) return token.error();

  std::unique_ptr<Server> server(new Server(*std::move(log), *std::move(admission),
                                            *std::move(token), operator_log, std::move(halt)));
  server->trusted_proxies_ = *std::move(proxies);
  if (Result<void> listening = server->listen(options, *descriptors); !listening) {
    return listening.error();
  }
  for (const auto& loop : server->loops_) loop->start();
  server->metrics_loop_.start();
  return server;
}

Server::Server(std::unique_ptr<storage::Log> log, std::shared_ptr<const Admission> admission,
               std::string token, log::Log& operator_log, Halt halt)
    : log_(std::move(log)),
      api_(*log_, [this](std::size_t bytes) { return switchboard_->reserve_text(bytes); }),
      operator_api_(*log_, std::move(token), operator_ports(),
                    [this](std::size_t bytes) { return switchboard_->reserve_text(bytes); }),
      operator_log_(operator_log),
      halt_(std::move(halt)),
      repeats_(operator_log),
      admissions_{std::move(admission)},
      payers_(random_secret()),
      metrics_admission_(admissions_.front()) {}

Server::~Server() {
  metrics_loop_.stop();
  for (const auto& loop : loops_) loop->stop();
  workers_.stop();
  web_socket_servers_.clear();
  metrics_server_.reset();
  api_.stop();
  operator_api_.stop();
  // Its threads end: what waits to be read is dropped, and what they still call back goes to loops
  // that no longer run.
  log_.reset();
}

Result<std::shared_ptr<const Server::Admission>> Server::make_admission(
    const ServerOptions& options) {
  Result<access::AccessPolicy> access = access::AccessPolicy::make(options.hosts, options.origins);
  if (!access) return access.error();
  Result<pages::Pages> pages =
      pages::Pages::make(pages::embedded_web_editor(), {.embed_origins = options.embed_origins});
  if (!pages) return pages.error();
  return std::shared_ptr<const Admission>(
      std::make_shared<Admission>(Admission{*std::move(access), *std::move(pages)}));
}

// Each loop has what it needs to work at least.
std::size_t Server::input_bytes_of_loop(const MemoryShares& shares) const {
  return std::max<std::size_t>(shares.input / loops_.size(), transport::kInputBytesMin);
}

Result<void> Server::listen(const ServerOptions& options, const Descriptors& descriptors) {
  for (std::size_t i = 0; i < options.loops; ++i) {
    loops_.push_back(std::make_unique<loop::Loop>());
  }
  const MemoryShares shares(options.memory_bytes);
  admissions_.resize(loops_.size(), admissions_.front());
  loops_.front()->post_every(kRepeatsSweep, [this] { repeats_.sweep(); });
  switchboard_ = std::make_unique<switchboard::Switchboard>(
      switchboard::Options{.loops = options.loops,
                           .history_id = log_->history_id(),
                           .documents_bytes = shares.documents,
                           .followed_bytes = shares.followed,
                           .escaped_bytes = shares.escaped},
      *log_, switchboard_ports());
  quota_ = std::make_shared<transport::ConnectionQuota>(transport::ConnectionLimits{
      .total = descriptors.connections,
      .per_address = std::min(transport::kConnectionsPerAddressMax, descriptors.connections / 2)});
  transport::ListenAddress address = options.listen;
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    loops_[i]->post_every(switchboard::kIdleDocument, [this, i] { switchboard_->evict_idle(i); });
    web_socket_servers_.push_back(std::make_unique<transport::WebSocketServer>(
        loops_[i]->context(), handlers(i, options.base_path), quota_, transport::Timing{},
        transport::Memory{.input_bytes = input_bytes_of_loop(shares),
                          .output_bytes = shares.output / loops_.size()}));
    const transport::Sharing sharing =
        i == 0 ? transport::Sharing::kFirst : transport::Sharing::kJoin;
    const Result<std::uint16_t> port = web_socket_servers_.back()->listen(address, sharing);
    if (!port) return port.error();
    address.port = *port;
  }
  port_ = address.port;
  note_sources(options);
  return options.metrics_listen ? listen_for_metrics(*options.metrics_listen) : Result<void>();
}

// ---- Metrics

void Server::note_sources(const ServerOptions& options) {
  const MemoryShares shares(options.memory_bytes);
  sources_ = {.version = kVersion,
              .loops = {},
              .log = log_.get(),
              .refusals = &refusal_counts_,
              .quota = quota_.get(),
              .client_ahead_requests = [this] { return requests_ahead_.load(); },
              .document_bytes = [this] { return switchboard_->memory()->bytes(); },
              .document_bytes_max = shares.documents,
              .followed_bytes = [this] { return switchboard_->followed()->bytes(); },
              .followed_bytes_max = shares.followed,
              .output_bytes_max = shares.output,
              .input_bytes_max = input_bytes_of_loop(shares) * loops_.size()};
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    sources_.loops.push_back({.turns = &loops_[i]->turns(),
                              .switchboard = &switchboard_->counts(i),
                              .transport = &web_socket_servers_[i]->counts()});
  }
}

// An address of the operator's network, where no token is needed. What guards the other one against
// foreign pages guards this, too.
Result<void> Server::listen_for_metrics(const transport::ListenAddress& address) {
  transport::WebSocketServer::Handlers handlers = connection_handlers();
  handlers.refuse = [this](const http::Request& request) {
    return refuse(*metrics_admission_, request);
  };
  handlers.http = [this](const http::Request& request, http::Respond respond) {
    respond = reported(request, std::move(respond));
    if (request.path == metrics::kMetricsPath) return respond_metrics(request, std::move(respond));
    respond(http::plain_response(404, "Only /metrics is served here."));
  };
  metrics_server_ = std::make_unique<transport::WebSocketServer>(
      metrics_loop_.context(), std::move(handlers),
      std::make_shared<transport::ConnectionQuota>(transport::ConnectionLimits{
          .total = kMetricsConnectionsMax, .per_address = kMetricsConnectionsPerAddress}));
  const Result<std::uint16_t> port = metrics_server_->listen(address);
  if (!port) return port.error();
  metrics_port_ = *port;
  return {};
}

void Server::respond_metrics(const http::Request& request, http::Respond respond) {
  if (!request.only_reads()) {
    return respond(http::only_reads_response("The metrics can only be read."));
  }
  metrics_loop_.post(
      [this, respond = std::move(respond)] { respond(metrics::respond_metrics(sources_)); });
}

// ---- What is served

switchboard::Ports Server::switchboard_ports() {
  using Work = switchboard::Ports::Work;
  return {
      .post = [this](document::LoopIndex loop, Work work) { loops_[loop]->post(std::move(work)); },
      .post_after = [this](document::LoopIndex loop, std::chrono::milliseconds delay,
                           Work work) { loops_[loop]->post_after(delay, std::move(work)); },
      .run_apart = [this](storage::Payer payer,
                          Work work) { workers_.post(payer, std::move(work)); },
      .now_ms = unix_time_ms,
      .new_id = [] { return storage::random_hex(kIdDigits); },
      .halt =
          [this] {
            halt_(log_->failure().value_or(
                Error{protocol::kErrLogUnavailable, "the log is in an unknown state"}));
          },
      .now = [] { return std::chrono::steady_clock::now(); },
      .on_refused = [this](std::string_view code) { refusal_counts_.note(code); },
      .on_client_ahead = [this](const storage::DocumentKey& key, std::uint64_t seen,
                                std::uint64_t held) { note_client_ahead(key, seen, held); },
      .on_memory_scarce =
          [this](document::LoopIndex loop) { web_socket_servers_[loop]->drop_stalled(); },
      .has_output_room =
          [this](document::LoopIndex loop) { return web_socket_servers_[loop]->has_output_room(); },
      .on_time_ahead =
          [this](const storage::DocumentKey& key, std::int64_t time_ms) {
            repeats_.tell(log::Level::kWarning, "clock",
                          storage::describe(key) + ": its newest record is dated " +
                              storage::format_time(time_ms) +
                              ", later than the clock; so will be all that follow, until the "
                              "clock has caught up");
          },
  };
}

void Server::note_client_ahead(const storage::DocumentKey& key, std::uint64_t seen,
                               std::uint64_t held) {
  ++requests_ahead_;
  // One sentence for all documents: more of them are more of this kind.
  repeats_.tell(
      log::Level::kWarning, "ahead",
      "a client says that it has seen more of a document than the log holds; was the data "
      "folder replaced by an older one?",
      {{"document", storage::describe(key)}, {"seen", seen}, {"held", held}});
}

// What is counted and told of connections to any address.
transport::WebSocketServer::Handlers Server::connection_handlers() {
  transport::WebSocketServer::Handlers handlers;
  handlers.trusted_proxies = trusted_proxies_;
  handlers.payers = payers_;
  handlers.on_refused = [this](std::string_view code) { refusal_counts_.note(code); };
  handlers.opened = [this](const std::string& address) {
    const std::uint64_t number = ++connections_;
    operator_log_.debug("connection accepted", {{"connection", number}, {"client", address}});
    return number;
  };
  handlers.named = [this](std::uint64_t number, const std::string& address) {
    operator_log_.debug("connection of a proxy", {{"connection", number}, {"client", address}});
  };
  handlers.ended = [this](std::uint64_t number) {
    operator_log_.debug("connection ended", {{"connection", number}});
  };
  handlers.turned_away = [this](const std::string& address) {
    repeats_.tell(log::Level::kWarning, "connections",
                  "a client was turned away, since it or all together have too many connections",
                  {{"client", address}});
  };
  return handlers;
}

transport::WebSocketServer::Handlers Server::handlers(document::LoopIndex loop,
                                                      const std::string& base_path) {
  transport::WebSocketServer::Handlers handlers = connection_handlers();
  handlers.base_path = base_path;
  handlers.refuse = [this, loop](const http::Request& request) {
    return refuse(*admissions_[loop], request);
  };
  handlers.accept = [this, loop](std::shared_ptr<transport::Connection> connection,
                                 const http::Request& request) {
    operator_log_.debug("WebSocket opened", {{"connection", request.connection}});
    return switchboard_->accept(loop, std::move(connection), request.payer);
  };
  handlers.http = [this, loop](const http::Request& request, http::Respond respond) {
    serve(loop, request, reported(request, std::move(respond)));
  };
  handlers.takes_body = [this](const http::Request& request) {
    return http::is_operator_path(request.path) && !request.only_reads() &&
           operator_api_.is_operators(request);
  };
  handlers.after_event = [&of = *loops_[loop]] { of.turn_ended(); };
  return handlers;
}

http::OperatorPorts Server::operator_ports() {
  return {
      .submit =
          [this](history::DocumentChange change, std::function<void(Result<std::uint64_t>)> done) {
            switchboard_->submit({.author = std::move(change.author),
                                  .request = {.key = std::move(change.key),
                                              .version = change.base,
                                              .sequence = 1,
                                              .change = std::move(change.change)}},
                                 [done = std::move(done)](const document::Answer& answer) {
                                   done(version_made_by(answer));
                                 });
          },
      .reload = [this](const storage::DocumentKey& key) { switchboard_->reload(key); },
      .done = [this](const http::OperatorAct& act) { note(act); },
      .refused =
          [this](const Error& error, std::uint64_t connection) {
            repeats_.tell(log::Level::kWarning, error.code,
                          "an operator's request was refused: " + error.message,
                          {{"code", error.code}, {"connection", connection}});
          },
  };
}

void Server::note(const http::OperatorAct& act) {
  const bool failed = act.status >= 500;  // Not by a mistake of the operator's.
  operator_log_.write(failed ? log::Level::kWarning : log::Level::kInfo,
                      "operator's " + std::string(act.name),
                      {{"of", act.subject},
                       {"outcome", act.error_code.empty() ? "done" : act.error_code},
                       {"duration_ms", act.duration_ms},
                       {"connection", act.connection}});
}

http::Respond Server::reported(const http::Request& request, http::Respond respond) {
  if (!operator_log_.shows(log::Level::kDebug)) return respond;
  return [this, method = request.method, path = request.path, connection = request.connection,
          respond = std::move(respond)](http::Response response) {
    operator_log_.debug("request", {{"connection", connection},
                                    {"method", method},
                                    {"path", path},
                                    {"status", static_cast<unsigned>(response.status)}});
    respond(std::move(response));
  };
}

// A foreign host or page is often the server's own behind a proxy, so its operator is told.
std::optional<Error> Server::refuse(const Admission& admission, const http::Request& request) {
  std::optional<Error> error = admission.access.refuse(request);
  if (error) {
    repeats_.tell(log::Level::kWarning, error->code, error->message,
                  {{"code", error->code}, {"connection", request.connection}});
  }
  return error;
}

void Server::serve(document::LoopIndex loop, const http::Request& request, http::Respond respond) {
  if (http::is_operator_path(request.path)) {
    operator_api_.handle(request, std::move(respond));
  } else if (http::is_api_path(request.path)) {
    api_.handle(request,
                [admission = admissions_[loop], origin = std::string(request.header("origin")),
                 respond = std::move(respond)](http::Response response) {
                  admission->access.share(origin, response);
                  respond(std::move(response));
                });
  } else if (request.path == "/healthz") {
    respond(http::respond_health(request, vitals()));
  } else if (request.path == "/readyz") {
    respond(http::respond_readiness(request, vitals()));
  } else if (request.path == metrics::kMetricsPath) {
    // Behind a proxy on this machine everybody comes from loopback, so the address tells nothing.
    if (const std::optional<Error> refusal = operator_api_.refuse(request)) {
      return respond(http::refusal(request, *refusal));
    }
    respond_metrics(request, std::move(respond));
  } else {
    respond(admissions_[loop]->pages.respond(request));
  }
}

http::Vitals Server::vitals() const {
  const storage::LogHealth log = log_->health();
  return {.waits_for_disk = log.waits_for_disk,
          .disk_free_bytes = log.disk_free_bytes,
          .disk_reserve_bytes = log.disk_reserve_bytes,
          .log_failed = log_->failure().has_value(),
          .stopping = stopping_};
}

Result<void> Server::admit(const ServerOptions& options) {
  const Result<std::shared_ptr<const Admission>> admission = make_admission(options);
  if (!admission) return admission.error();
  std::latch done(static_cast<std::ptrdiff_t>(loops_.size() + 1));
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    loops_[i]->post([&, i] {
      admissions_[i] = *admission;
      done.count_down();
    });
  }
  metrics_loop_.post([&] {
    metrics_admission_ = *admission;
    done.count_down();
  });
  done.wait();
  return {};
}

void Server::stop() {
  stopping_ = true;
  operator_api_.stop();
  std::latch drained(static_cast<std::ptrdiff_t>(loops_.size()));
  for (document::LoopIndex i = 0; i < loops_.size(); ++i) {
    loops_[i]->post([this, i, &drained] {
      web_socket_servers_[i]->stop_accepting();
      switchboard_->drain(i, [&drained] { drained.count_down(); });
    });
  }
  drained.wait();
  metrics_loop_.stop();
  for (const auto& loop : loops_) loop->stop();
  repeats_.finish();
}

}  // namespace cowrite::server
