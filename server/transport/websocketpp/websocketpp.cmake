# websocketpp 0.8.2 names its constructors and destructors as template-ids ("server<config>()"), which C++20 no longer allows. This
# writes corrected copies of the three headers concerned; their folder goes ahead of the system's:
#
#     cowrite_correct_websocketpp(FOLDER)    sets FOLDER to the folder of the copies
function(cowrite_correct_websocketpp result)
  find_path(WEBSOCKETPP_INCLUDE_DIR websocketpp/server.hpp REQUIRED)
  set(folder ${CMAKE_BINARY_DIR}/websocketpp)
  foreach(header logger/basic.hpp endpoint.hpp roles/server_endpoint.hpp)
    set(original ${WEBSOCKETPP_INCLUDE_DIR}/websocketpp/${header})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${original})
    file(READ ${original} text)
    string(REGEX REPLACE
      "\n([a-z ]*~?)(basic|endpoint|server|client)<(concurrency,names|connection,config|config)>\\("
      "\n\\1\\2(" text "${text}")
    set(copy ${folder}/websocketpp/${header})
    set(former "")
    if(EXISTS ${copy})
      file(READ ${copy} former)
    endif()
    if(NOT former STREQUAL text)  # Else its time would change, and everything that includes it be compiled again.
      file(WRITE ${copy} "${text}")
    endif()
  endforeach()
  set(${result} ${folder} PARENT_SCOPE)
endfunction()
