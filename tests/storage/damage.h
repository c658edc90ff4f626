// What tests of damage do to the files of a store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>

namespace cowrite::storage {

// A text that does not get smaller on disk, so that one of 60,000 bytes has blocks of its own.
std::string random_text(std::mt19937_64& random, std::size_t bytes);

// The largest file in a folder or below it, of those with this extension if there is one: it holds
// the records, or the names if they are longer. While the store is open, a log may be larger.
std::filesystem::path largest_file(const std::filesystem::path& folder,
                                   std::string_view extension = {});

// The largest file of the table that holds the names of documents, by what RocksDB notes in it.
std::filesystem::path file_of_names(const std::filesystem::path& folder);

void flip_bit(const std::filesystem::path& file, std::uint64_t place);
void flip_bit_in_the_middle(const std::filesystem::path& file);

}  // namespace cowrite::storage
