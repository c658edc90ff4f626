# cowrite_embed_folder(TARGET FOLDER FUNCTION)
#
# Makes every file below FOLDER a part of TARGET, plain and compressed; `std::span<const EmbeddedFile> FUNCTION()` in cowrite::pages
# returns them (server/pages/embedded_file.h). None if the folder does not exist. The build notices when files come, change or go.
#
# The assembler takes in the bytes (.incbin), so even megabytes cost no time to compile.
function(cowrite_embed_folder target folder function)
  find_program(GZIP_PROGRAM gzip REQUIRED)
  file(GLOB_RECURSE paths CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function})
  set(sections "")
  set(symbols "")
  set(entries "")
  set(inputs "")
  set(number 0)
  foreach(path IN LISTS paths)
    set(original ${folder}/${path})
    set(compressed ${output}/${number}.gz)
    add_custom_command(OUTPUT ${compressed}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${output}
      COMMAND ${GZIP_PROGRAM} -9 -n -c ${original} > ${compressed}
      DEPENDS ${original} COMMENT "Compressing ${path}" VERBATIM)
    list(APPEND inputs ${original} ${compressed})
    foreach(form plain gzip)
      set(symbol ${function}_${number}_${form})
      if(form STREQUAL plain)
        set(bytes ${original})
      else()
        set(bytes ${compressed})
      endif()
      string(APPEND sections "asm(R\"(.pushsection .rodata\n${symbol}_begin: .incbin \"${bytes}\"\n${symbol}_end:\n.popsection)\");\n")
      string(APPEND symbols "extern const char ${symbol}_begin[], ${symbol}_end[];\n")
    endforeach()
    set(symbol ${function}_${number})
    string(APPEND entries
      "      {\"/${path}\", view(${symbol}_plain_begin, ${symbol}_plain_end), view(${symbol}_gzip_begin, ${symbol}_gzip_end)},\n")
    math(EXPR number "${number} + 1")
  endforeach()

  file(CONFIGURE OUTPUT ${output}.cc @ONLY CONTENT [==[
// Written by server/pages/embed.cmake.
#include <vector>

#include "server/pages/embedded_file.h"

@sections@
extern "C" {
@symbols@}

namespace cowrite::pages {

std::span<const EmbeddedFile> @function@() {
  [[maybe_unused]] const auto view = [](const char* begin, const char* end) { return std::string_view(begin, end); };
  static const std::vector<EmbeddedFile> files = {
@entries@  };
  return files;
}

}  // namespace cowrite::pages
]==])
  set_source_files_properties(${output}.cc PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${target} PRIVATE ${output}.cc)
endfunction()
