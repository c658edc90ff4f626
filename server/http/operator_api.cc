#include "server/http/operator_api.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "server/history/disk_use.h"
#include "server/history/import_check.h"
#include "server/history/queries.h"
#include "server/http/errors.h"
#include "server/http/operator_json.h"
#include "server/http/operator_token.h"
#include "server/http/responses.h"
#include "server/http/url.h"
#include "storage/await.h"
#include "storage/limits.h"
#include "storage/read/stoppable_view.h"
#include "storage/read/verify.h"
#include "storage/store/data_folder.h"

namespace cowrite::http {
namespace {

using storage::DocumentKey;
using storage::History;

constexpr std::string_view kBearer = "bearer ";  // In any case (RFC 9110).
constexpr std::string_view kAuthor = "operator";

constexpr storage::ReadOrder kLook{storage::Urgency::kPast, storage::Payer::kServer};

std::uint64_t milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::steady_clock::now() - begin)
                                        .count());
}

Error path_unknown() { return {kErrPathUnknown, "there is nothing at this path of the API"}; }

DocumentKey take_key(const std::vector<std::string>& names, Query& query) {
  if (!history::is_id(names[0]) || !history::is_id(names[1])) {
    query.fail("a document's collection and id have 1 to " + std::to_string(storage::kIdBytesMax) +
               " bytes");
  }
  return {names[0], names[1]};
}

// Whom the history names for the change.
std::string take_author(Query& query) {
  std::string author = query.text("author").value_or(std::string(kAuthor));
  if (!history::is_id(author)) {
    query.fail("\"author\" must be of 1 to " + std::to_string(storage::kIdBytesMax) + " bytes");
  }
  return author;
}

// Records, one a line.
Result<std::vector<storage::Record>> parse_lines(std::string_view body) {
  std::vector<storage::Record> records;
  for (std::size_t number = 1; !body.empty(); ++number) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    Result<storage::Record> record = parse_record_line(body.substr(0, end));
    if (!record) {
      return Error{record.error().code,
                   "line " + std::to_string(number) + ": " + record.error().message};
    }
    records.push_back(std::move(*record));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return records;
}

// The sink of changes on a running server: the live documents.
class LiveDocuments final : public history::ChangeSink {
 public:
  // REQUIRES: both outlive this.
  LiveDocuments(const OperatorPorts& ports, const storage::KeepWaiting& keep_waiting)
      : ports_(ports), keep_waiting_(keep_waiting) {}

  Result<std::uint64_t> submit(history::DocumentChange change) override {
    const std::string name = storage::describe(change.key);
    const auto version = storage::await<Result<std::uint64_t>>(
        [&](auto done) { ports_.submit(std::move(change), std::move(done)); }, keep_waiting_);
    if (version) return *version;
    return Error{kErrBusy,
                 name + ": the server is stopping, and it is not known if the change was written"};
  }
  void reload(const DocumentKey& key) override { ports_.reload(key); }

 private:
  const OperatorPorts& ports_;
  const storage::KeepWaiting& keep_waiting_;
};

}  // namespace

struct OperatorApi::Routes {
  struct ReadingRoute {
    std::string_view path;
    void (OperatorApi::*answer)(const Names&, Respond);
  };
  static constexpr ReadingRoute kReading[] = {
      {"/api/operator/collections", &OperatorApi::read_collections},
      {"/api/operator/stat", &OperatorApi::read_store_use},
      {"/api/operator/stat/*/*", &OperatorApi::read_document_use},
      {"/api/operator/verify", &OperatorApi::verify_store},
      {"/api/operator/verify/*/*", &OperatorApi::verify_document},
      {"/api/operator/jobs/*", &OperatorApi::wait_for_job},
  };

  struct ChangingRoute {
    std::string_view path;
    std::string_view act;
    Task (OperatorApi::*parse)(const Names&, Query&, const std::string& body);
  };
  static constexpr ChangingRoute kChanging[] = {
      {"/api/operator/backup", "backup", &OperatorApi::back_up},
      {"/api/operator/documents/*/*/records", "import", &OperatorApi::append},
      {"/api/operator/documents/*/*/restore", "restore", &OperatorApi::restore},
      {"/api/operator/documents/*/*/delete", "delete", &OperatorApi::remove},
      {"/api/operator/documents/*/*/purge", "purge", &OperatorApi::purge},
  };
};

OperatorApi::OperatorApi(storage::Log& log, std::string token, OperatorPorts ports,
                         history::Room::Reserve reserve)
    : log_(log), token_(std::move(token)), ports_(std::move(ports)), reserve_(std::move(reserve)) {}

void OperatorApi::stop() {
  if (!stopped_.exchange(true)) log_.interrupt();
  jobs_.stop();
}

void OperatorApi::handle(const Request& request, Respond respond) {
  const std::optional<Path> path = split_path(request.path);
  std::optional<Parameters> parameters = split_query(request.query);
  if (!path || !parameters) {
    return respond(error_response({kErrParameterInvalid, "the URL is not percent-encoded UTF-8"}));
  }
  Query query(std::move(*parameters));
  if (!request.only_reads() && request.method != "POST") {
    return respond(method_not_allowed("this is read with GET and HEAD, and done with POST",
                                      "GET, HEAD, POST"));
  }
  if (const std::optional<Error> refusal = refuse(request)) {
    return respond(error_response(*refusal));
  }
  if (request.only_reads()) return read(*path, std::move(query), std::move(respond));
  change(*path, std::move(query), request, std::move(respond));
}

std::optional<Error> OperatorApi::refuse(const Request& request) const {
  std::optional<Error> error = check(request);
  if (error) ports_.refused(*error, request.connection);
  return error;
}

std::optional<Error> OperatorApi::check(const Request& request) const {
  if (!request.header("origin").empty()) {
    return Error{kErrOperatorPage, "this is for programs, not for pages in a browser"};
  }
  const std::string_view given = request.header("authorization");
  if (token_.empty()) {
    return Error{kErrTokenWrong, "the server keeps its documents in memory and has no operator"};
  }
  if (to_lower(given.substr(0, kBearer.size())) != kBearer) {
    return Error{kErrTokenMissing,
                 "this needs the operator's token, which lies in the server's data folder"};
  }
  if (!is_same_token(given.substr(kBearer.size()), token_)) {
    return Error{kErrTokenWrong, "the token is not that of this server's operator"};
  }
  return std::nullopt;
}

// ---- Reading

void OperatorApi::read(const Path& path, Query query, Respond respond) {
  if (const std::optional<Error> error = query.error()) return respond(error_response(*error));
  for (const Routes::ReadingRoute& route : Routes::kReading) {
    if (const std::optional<Names> names = match_path(route.path, path)) {
      return (this->*route.answer)(*names, std::move(respond));
    }
  }
  respond(error_response(path_unknown()));
}

void OperatorApi::read_collections(const Names&, Respond respond) {
  log_.read(kLook, [respond = std::move(respond),
                    room = history::Room(reserve_)](const History& history) mutable {
    respond(json_response(history::list_collections(history, room), collections_json));
  });
}

void OperatorApi::read_document_use(const Names& names, Respond respond) {
  const DocumentKey key{names[0], names[1]};
  log_.read(kLook, [this, key, respond = std::move(respond)](const History&) {
    respond(json_response(history::measure_document(*log_.store().view(), key), document_use_json));
  });
}

void OperatorApi::read_store_use(const Names&, Respond respond) {
  log_.read(kLook, [this, respond = std::move(respond)](const History&) {
    const storage::LogHealth health = log_.health();
    respond(json_response(store_use_json(
        {log_.store().statistics(), health.disk_free_bytes, health.disk_reserve_bytes})));
  });
}

void OperatorApi::verify_document(const Names& names, Respond respond) {
  const DocumentKey key{names[0], names[1]};
  Work verify = [this, key](const OperatorJobs::Progress& progress) {
    const auto tell = [&](std::uint64_t records) { return progress({.records = records}); };
    return json_response(storage::verify(*log_.store().view(), key, tell),
                         [&key](const storage::Proof& proof) { return proof_json(key, proof); });
  };
  jobs_.start(OperatorJobs::Lane::kProof, std::move(verify), std::move(respond));
}

void OperatorApi::verify_store(const Names&, Respond respond) {
  Work verify = [this](const OperatorJobs::Progress&) {
    const Result<void> sound =
        storage::verify_no_orphans(storage::StoppableView(*log_.store().view(), stopped_));
    return sound ? json_response("{\"proven\":true}") : error_response(sound.error());
  };
  jobs_.start(OperatorJobs::Lane::kProof, std::move(verify), std::move(respond));
}

void OperatorApi::wait_for_job(const Names& names, Respond respond) {
  jobs_.wait(names[0], std::move(respond));
}

// ---- Changing

void OperatorApi::change(const Path& path, Query query, const Request& request, Respond respond) {
  for (const Routes::ChangingRoute& route : Routes::kChanging) {
    const std::optional<Names> names = match_path(route.path, path);
    if (!names) continue;
    Task task = (this->*route.parse)(*names, query, request.body);
    if (const std::optional<Error> error = query.error()) return respond(error_response(*error));
    history::Room room(reserve_);  // While it waits, too.
    if (const auto taken = room.grow_to(kImportBytesPerByte * request.body.size()); !taken) {
      return respond(error_response(taken.error()));
    }
    OperatorAct act{
        .name = route.act, .subject = std::move(task.subject), .connection = request.connection};
    Work work = [room = std::move(room), reported = reported(std::move(act), std::move(task.work))](
                    const OperatorJobs::Progress& progress) { return reported(progress); };
    return jobs_.start(OperatorJobs::Lane::kChange, std::move(work), std::move(respond));
  }
  respond(error_response(path_unknown()));
}

OperatorApi::Work OperatorApi::reported(OperatorAct act, Work work) {
  return [this, act = std::move(act),
          work = std::move(work)](const OperatorJobs::Progress& progress) mutable {
    const auto begin = std::chrono::steady_clock::now();
    Response response = work(progress);
    act.duration_ms = milliseconds_since(begin);
    act.status = response.status;
    act.error_code = response.error_code;
    ports_.done(act);
    return response;
  };
}

OperatorApi::Task OperatorApi::back_up(const Names&, Query& query, const std::string&) {
  const std::string folder = query.text("folder").value_or("");
  if (!folder.starts_with('/')) query.fail("\"folder\" must be an absolute path");
  if (const auto named = storage::check_folder_name(folder); !named) {
    query.fail("\"folder\": " + named.error().message);
  }
  Work work = [this, folder](const OperatorJobs::Progress& progress) {
    const auto begin = std::chrono::steady_clock::now();
    const Result<storage::BackupInfo> made =
        log_.back_up(folder, [&](std::uint64_t bytes, std::uint64_t bytes_max) {
          static_cast<void>(progress({.bytes = bytes, .bytes_max = bytes_max}));
        });
    if (!made) return error_response(made.error());
    return json_response(backup_json({*made, milliseconds_since(begin)}));
  };
  return {folder, std::move(work)};
}

OperatorApi::Task OperatorApi::append(const Names& names, Query& query, const std::string& body) {
  const DocumentKey key = take_key(names, query);
  return changing(key, [key, body](history::Changes& changes) -> Result<history::ChangeDone> {
    Result<std::vector<storage::Record>> records = parse_lines(body);
    if (!records) return records.error();
    return changes.append(key, std::move(*records));
  });
}

OperatorApi::Task OperatorApi::restore(const Names& names, Query& query, const std::string&) {
  const DocumentKey key = take_key(names, query);
  const std::optional<storage::VersionSelector> at = query.selector("at");
  const std::optional<std::string> as = query.text("as");
  const std::string author = take_author(query);
  if (!at) query.fail("\"at\" must say which version or time");
  Task task = changing(key, [=](history::Changes& changes) {
    return as ? changes.restore_as(key, *at, {key.collection(), *as}, author)
              : changes.restore(key, *at, author);
  });
  if (as) task.subject += " as " + storage::describe({key.collection(), *as});
  return task;
}

OperatorApi::Task OperatorApi::remove(const Names& names, Query& query, const std::string&) {
  const DocumentKey key = take_key(names, query);
  const std::string author = take_author(query);
  return changing(key,
                  [key, author](history::Changes& changes) { return changes.remove(key, author); });
}

OperatorApi::Task OperatorApi::purge(const Names& names, Query& query, const std::string&) {
  const DocumentKey key = take_key(names, query);
  return changing(key, [key](history::Changes& changes) { return changes.purge(key); });
}

OperatorApi::Task OperatorApi::changing(const DocumentKey& key, UseCase use_case) {
  Work work = [this, use_case = std::move(use_case)](const OperatorJobs::Progress& progress) {
    const storage::KeepWaiting keep_waiting = [&progress] { return progress({}); };
    LiveDocuments live(ports_, keep_waiting);
    history::Room room(reserve_);
    history::Changes changes(log_, live, room, keep_waiting);
    return json_response(use_case(changes), change_json);
  };
  return {storage::describe(key), std::move(work)};
}

}  // namespace cowrite::http
