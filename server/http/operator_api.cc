#include "server/http/operator_api.h"

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "server/history/collections.h"
#include "server/history/import_check.h"
#include "server/history/record_writer.h"
#include "server/history/restoration.h"
#include "server/http/operator_json.h"
#include "server/http/operator_token.h"
#include "server/http/query.h"
#include "server/http/responses.h"
#include "storage/errors.h"
#include "storage/limits.h"

namespace cowrite::http {
namespace {

using storage::DocumentKey;

constexpr std::string_view kRoot = "/api/operator/";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kAuthor = "operator";

// How often work that waits for others looks if the server stops.
constexpr std::chrono::milliseconds kLookEvery{50};

Response answer(const Result<std::string>& json) {
  return json ? json_response(*json, Caching::kNow) : error_response(json.error());
}

Error path_unknown() { return {kErrPathUnknown, "there is nothing at this path of the API"}; }

Response method_not_allowed() {
  Response response =
      error_response({kErrMethodNotAllowed, "this is read with GET and HEAD, and done with POST"});
  for (auto& [name, value] : response.headers) {
    if (name == "Allow") value += ", POST";
  }
  return response;
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= storage::kIdBytesMax;
}

// Whoever the history shall name for the change.
std::string take_author(Query& query) {
  std::string author = query.text("author").value_or(std::string(kAuthor));
  if (!is_name(author)) {
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

Response change_response(const Result<std::uint64_t>& version) {
  if (!version) return error_response(version.error());
  return json_response(change_json({*version, true}), Caching::kNow);
}

}  // namespace

OperatorApi::OperatorApi(storage::Log& log, std::string token, OperatorPorts ports)
    : log_(log), token_(std::move(token)), ports_(std::move(ports)) {}

void OperatorApi::stop() {
  if (!stopped_.exchange(true)) log_.interrupt();
  jobs_.stop();
}

void OperatorApi::handle(const Request& request, Respond respond) {
  const std::optional<Path> path =
      split_path(std::string_view(request.path).substr(kRoot.size() - 1));
  std::optional<Parameters> parameters = split_query(request.query);
  if (!path || !parameters) {
    return respond(error_response({kErrParameterInvalid, "the URL is not percent-encoded UTF-8"}));
  }
  if (request.method == "GET" || request.method == "HEAD") {
    return read(*path, std::move(*parameters), std::move(respond));
  }
  if (request.method != "POST") return respond(method_not_allowed());
  if (const std::optional<Error> refusal = refuse(request)) {
    return respond(error_response(*refusal));
  }
  Result<Work> work = change(*path, std::move(*parameters), request.body);
  if (!work) return respond(error_response(work.error()));
  jobs_.start(OperatorJobs::Lane::kChange, std::move(*work), std::move(respond));
}

std::optional<Error> OperatorApi::refuse(const Request& request) const {
  if (!request.header("origin").empty()) {
    return Error{kErrOperatorPage, "this is for programs, not for pages in a browser"};
  }
  const std::string_view given = request.header("authorization");
  if (token_.empty()) {
    return Error{kErrTokenWrong, "the server keeps its documents in memory and has no operator"};
  }
  if (!given.starts_with(kBearer)) {
    return Error{kErrTokenMissing,
                 "this needs the operator's token, which lies in the server's data folder"};
  }
  if (!is_same_token(given.substr(kBearer.size()), token_)) {
    return Error{kErrTokenWrong, "the token is not that of this server's operator"};
  }
  return std::nullopt;
}

// ---- Reading

void OperatorApi::read(const Path& path, Parameters parameters, Respond respond) {
  Query query(std::move(parameters));
  if (const std::optional<Error> error = query.error()) return respond(error_response(*error));
  const bool of_one = path.size() == 3;
  if (path.size() == 2 && path[0] == "jobs") return jobs_.wait(path[1], std::move(respond));
  if (path[0] == "verify" && (of_one || path.size() == 1)) {
    return jobs_.start(OperatorJobs::Lane::kProof, verify(path), std::move(respond));
  }
  if (path[0] == "stat" && (of_one || path.size() == 1)) {
    return log_.read([this, path, respond = std::move(respond)](const storage::History&) {
      respond(stat(path));
    });
  }
  if (path[0] == "collections" && path.size() == 1) {
    return log_.read([respond = std::move(respond)](const storage::History& history) {
      const Result<std::vector<std::string>> collections = history::list_collections(history);
      respond(answer(collections ? Result<std::string>(collections_json(*collections))
                                 : collections.error()));
    });
  }
  respond(error_response(path_unknown()));
}

OperatorApi::Work OperatorApi::verify(const Path& path) {
  return [this, path](const Progress& progress) {
    if (path.size() == 1) {
      const Result<void> sound = storage::verify_no_orphans(*log_.store().view());
      return answer(sound ? Result<std::string>("{\"proven\":true}") : sound.error());
    }
    const storage::DocumentKey key{path[1], path[2]};
    const Result<storage::Proof> proof = storage::verify(*log_.store().view(), key, progress);
    return answer(proof ? Result<std::string>(proof_json(key, *proof)) : proof.error());
  };
}

Response OperatorApi::stat(const Path& path) const {
  if (path.size() == 1) {
    return answer(store_use_json({log_.store().statistics(), log_.health().disk_free_bytes,
                                  log_.health().disk_reserve_bytes}));
  }
  const Result<history::DocumentUse> use =
      history::measure_document(*log_.store().view(), {path[1], path[2]});
  return answer(use ? Result<std::string>(document_use_json(*use)) : use.error());
}

// ---- Changing

Result<OperatorApi::Work> OperatorApi::change(const Path& path, Parameters parameters,
                                              std::string body) {
  if (path.size() == 1 && path[0] == "backup") return back_up(std::move(parameters));
  if (path.size() != 4 || path[0] != "documents") return path_unknown();
  storage::DocumentKey key{path[1], path[2]};
  if (!is_name(key.collection()) || !is_name(key.id())) {
    return Error{kErrParameterInvalid, "a document's collection and id have 1 to " +
                                           std::to_string(storage::kIdBytesMax) + " bytes"};
  }
  if (path[3] == "records") return append(std::move(key), std::move(parameters), std::move(body));
  if (path[3] == "restore") return restore(std::move(key), std::move(parameters));
  if (path[3] == "delete") return remove(std::move(key), std::move(parameters));
  if (path[3] == "purge") return purge(std::move(key), std::move(parameters));
  return path_unknown();
}

Result<OperatorApi::Work> OperatorApi::back_up(Parameters parameters) {
  Query query(std::move(parameters));
  const std::string folder = query.text("folder").value_or("");
  if (!folder.starts_with('/')) query.fail("\"folder\" must be an absolute path");
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Work([this, folder](const Progress&) {
    const auto begin = std::chrono::steady_clock::now();
    const Result<storage::BackupInfo> made = log_.back_up(folder);
    if (!made) return error_response(made.error());
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return answer(backup_json({*made, static_cast<std::uint64_t>(took.count())}));
  });
}

Result<OperatorApi::Work> OperatorApi::append(storage::DocumentKey key, Parameters parameters,
                                              std::string body) {
  Query query(std::move(parameters));
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Work([this, key = std::move(key), body = std::move(body)](const Progress& progress) {
    Result<std::vector<storage::Record>> records = parse_lines(body);
    if (!records) return error_response(records.error());
    const Result<std::uint64_t> version =
        history::append_records(log_, key, std::move(*records), [&] { return progress(0); });
    if (version) ports_.reload(key);
    return change_response(version);
  });
}

Result<OperatorApi::Work> OperatorApi::restore(storage::DocumentKey key, Parameters parameters) {
  Query query(std::move(parameters));
  const std::optional<storage::VersionSelector> place = query.place("at");
  const std::optional<std::string> as = query.text("as");
  const std::string author = take_author(query);
  if (!place) query.fail("\"at\" must say which version or time");
  if (as && !is_name(*as)) query.fail("\"as\" must be a document's id");
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Work([this, key = std::move(key), place = *place, as, author](const Progress& progress) {
    OperatorChange change{.key = key, .author = author, .base = 0, .change = {}};
    if (as) {
      Result<history::VersionText> text = history::read_text(log_.history(), key, place);
      if (!text) return error_response(text.error());
      change.key = {key.collection(), *as};
      const auto info = log_.history().info(change.key);
      if (!info) return error_response(info.error());
      if (*info && (*info)->exists) {
        return error_response(
            {storage::kErrConflict, storage::describe(change.key) + ": it exists already"});
      }
      change.base = *info ? (*info)->version : 0;
      change.change = storage::Create{std::move(text->text)};
    } else {
      Result<history::Restoration> restoration =
          history::make_restoration(log_.history(), key, place);
      if (!restoration) return error_response(restoration.error());
      change.base = restoration->base;
      if (!restoration->change) return answer(change_json({restoration->base, false}));
      change.change = std::move(*restoration->change);
    }
    return change_response(submit(std::move(change), progress));
  });
}

Result<OperatorApi::Work> OperatorApi::remove(storage::DocumentKey key, Parameters parameters) {
  Query query(std::move(parameters));
  const std::string author = take_author(query);
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Work([this, key = std::move(key), author](const Progress& progress) {
    const Result<storage::DocumentInfo> info = history::read_info(log_.history(), key);
    if (!info) return error_response(info.error());
    if (!info->exists) return answer(change_json({info->version, false}));
    return change_response(submit({key, author, info->version, storage::Delete{}}, progress));
  });
}

Result<OperatorApi::Work> OperatorApi::purge(storage::DocumentKey key, Parameters parameters) {
  Query query(std::move(parameters));
  if (std::optional<Error> error = query.error()) return std::move(*error);
  return Work([this, key = std::move(key)](const Progress&) {
    if (log_.health().waits_for_disk) {
      return error_response({storage::kErrDiskFull,
                             "less of the disk is free than the reserve, and erasing rewrites "
                             "all files"});
    }
    const Result<storage::DocumentInfo> info = history::read_info(log_.history(), key);
    if (!info) return error_response(info.error());
    const Result<void> erased = log_.erase(key);
    // Also if only the rewriting failed: what the live document remembers is gone from the log.
    ports_.reload(key);
    if (!erased) return error_response(erased.error());
    return change_response(info->version);
  });
}

Result<std::uint64_t> OperatorApi::submit(OperatorChange change, const Progress& go_on) {
  const std::string name = storage::describe(change.key);
  const auto outcome = std::make_shared<std::promise<Result<std::uint64_t>>>();
  std::future<Result<std::uint64_t>> known = outcome->get_future();
  ports_.submit(std::move(change), [outcome](Result<std::uint64_t> version) {
    outcome->set_value(std::move(version));
  });
  while (known.wait_for(kLookEvery) != std::future_status::ready) {
    if (!go_on(0)) {
      return Error{kErrBusy, name +
                                 ": the server is stopping, and it is not known if the change "
                                 "was written"};
    }
  }
  return known.get();
}

}  // namespace cowrite::http
