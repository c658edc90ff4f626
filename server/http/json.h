// The JSON of the HTTP API, in both directions: the server writes it, the command line reads it and
// prints the same for scripts. API.md describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ot/base/result.h"
#include "server/history/blame.h"
#include "server/history/difference.h"
#include "server/history/queries.h"
#include "server/history/version_groups.h"
#include "storage/record.h"

namespace cowrite::http {

// Not what this API answers.
inline constexpr std::string_view kErrReplyInvalid = "ERR_REPLY_INVALID";

// An error whose code is not known here.
inline constexpr std::string_view kErrRequestFailed = "ERR_REQUEST_FAILED";

// {"collection":"docs","id":"notes","version":12,"exists":true,"bytes":1045,"created":"...","changed":"..."}
// With "erased":11 where the records before version 11 were erased for good.
[[nodiscard]] std::string document_json(const storage::DocumentInfo& info);
// {"documents":[...],"next":"id"}
[[nodiscard]] std::string documents_json(const history::DocumentPage& page);
// {"version":12,"time":"...","author":"Ann","source":"...","sequence":4,"op":[3,"hello",{"d":1}]}
// The version is the one that the record made; instead of "op" there may be "create":"text" or
// "del":true.
[[nodiscard]] std::string record_json(const storage::Record& record);
// {"records":[...],"next":13}
[[nodiscard]] std::string records_json(const history::RecordPage& page);
// {"collection":"docs","id":"notes","version":12,"time":"...","text":"..."}
[[nodiscard]] std::string text_json(const storage::DocumentKey& key,
                                    const history::VersionText& text);
// {"version":3,"since":1,"author":"Ann","time":"...","length":5,"text":"hello",
//  "removed":{"version":9,"author":"Bob","time":"..."}}
// Without "removed" if the text is still there.
[[nodiscard]] std::string span_json(const history::BlameSpan& span);
// {"version":12,"time":"...","spans":[...],"next":20000}
[[nodiscard]] std::string blame_json(const history::BlamePage& page);
// {"first":3,"last":40,"began":"...","ended":"...","author":"Ann","inserted":120,"erased":4,
//  "created":true,"deleted":true}
// Without "created" and "deleted" if they are false.
[[nodiscard]] std::string group_json(const history::VersionGroup& group);
// {"groups":[...],"next":41}
[[nodiscard]] std::string groups_json(const history::GroupPage& page);
// {"collection":"docs","id":"notes","from":{"version":1,"time":"..."},"to":{...},"hunks":[
//  {"from":1,"from_lines":2,"to":1,"to_lines":2,"lines":[" same\n","-old\n","+new"]}]}
// "from" and "to" of a document that was not there are null. Only "\n" ends a line.
[[nodiscard]] std::string difference_json(const history::Difference& difference);
// {"error":{"code":"ERR_DOCUMENT_UNKNOWN","message":"docs/notes: no such document"}}
[[nodiscard]] std::string error_json(const Error& error);

// The way back. All fail with kErrReplyInvalid.
[[nodiscard]] Result<storage::DocumentInfo> parse_document(std::string_view json);
[[nodiscard]] Result<history::DocumentPage> parse_documents(std::string_view json);
[[nodiscard]] Result<storage::Record> parse_record(std::string_view json);
[[nodiscard]] Result<history::RecordPage> parse_records(std::string_view json);
[[nodiscard]] Result<history::BlamePage> parse_blame(std::string_view json);
[[nodiscard]] Result<history::GroupPage> parse_groups(std::string_view json);

// The error that a reply carries, if it does: with the code of ours that it names, else
// kErrRequestFailed.
[[nodiscard]] std::optional<Error> parse_error(std::string_view json);

}  // namespace cowrite::http
