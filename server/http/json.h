// The JSON of the HTTP API, in both directions: the server writes it, the command line reads it and
// prints the same for scripts. API.md describes it. Here: documents, their texts and records, and
// errors; history_json.h and operator_json.h have the rest.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ot/base/result.h"
#include "server/history/queries.h"
#include "server/http/json_fields.h"
#include "server/protocol/json_writer.h"
#include "storage/record.h"

namespace cowrite::http {

// An error whose code is not known here.
inline constexpr std::string_view kErrRequestFailed = "ERR_REQUEST_FAILED";

// {"collection":"docs","id":"notes","version":12,"exists":true,"bytes":1045,"created":"...","changed":"..."}
// With "erased":11 where the records before version 11 were erased for good.
[[nodiscard]] std::string document_json(const storage::DocumentInfo& info);
// {"documents":[...],"next":"id"}
// With "damaged":[{"collection":"docs","id":"plans","error":{...}},{"error":{...}}] where the list
// is.
[[nodiscard]] std::string documents_json(const history::DocumentPage& page);
// {"version":12,"time":"...","author":"Ann","source":"...","sequence":4,"op":[3,"hello",{"d":1}]}
// The version is the one that the record made; instead of "op" there may be "create":"text" or
// "del":true.
[[nodiscard]] std::string record_json(const storage::Record& record);
// {"records":[...],"next":13}
[[nodiscard]] std::string records_json(const history::RecordPage& page);
// The most bytes that it may have.
[[nodiscard]] std::size_t records_json_bytes(const history::RecordPage& page);
// {"collection":"docs","id":"notes","version":12,"time":"...","text":"..."}
[[nodiscard]] std::string text_json(const storage::DocumentKey& key,
                                    const history::VersionText& text);
// {"error":{"code":"ERR_DOCUMENT_UNKNOWN","message":"docs/notes: no such document"}}
[[nodiscard]] std::string error_json(const Error& error);

// The way back. All fail with kErrReplyInvalid.
[[nodiscard]] Result<storage::DocumentInfo> parse_document(std::string_view json);
[[nodiscard]] Result<history::DocumentPage> parse_documents(std::string_view json);
[[nodiscard]] Result<history::RecordPage> parse_records(std::string_view json);

// The error that a reply carries, if it does: with the code of ours that it names, else
// kErrRequestFailed.
[[nodiscard]] std::optional<Error> parse_error(std::string_view json);

// The fields of these objects alone, for those that have others too or are no replies.
void write_document(protocol::JsonWriter& json, const storage::DocumentInfo& info);
void write_error(protocol::JsonWriter& json, const Error& error);
void write_damaged(protocol::JsonWriter& json, const std::vector<history::ListFailure>& damaged);
[[nodiscard]] storage::DocumentInfo read_document(JsonFields& fields);
[[nodiscard]] std::vector<history::ListFailure> read_damaged(JsonFields& fields);
[[nodiscard]] storage::Record read_record(JsonFields& fields);

}  // namespace cowrite::http
