#include "boxtrail/metrics/short_decimals.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace boxtrail::metrics {

namespace {

constexpr int kWord = 8;                         // characters looked at together, in one integer, the first lowest
constexpr std::ptrdiff_t kRoom = 2 * kWord + 3;  // a sign, two words, a point, the end of a line
constexpr std::array<double, kWord> kPowers{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};

// Eight characters with '0' to '9' as 0 to 9, and a mark in the top bit of every byte that is something else.
struct Word {
  std::uint64_t digits, others;

  explicit Word(const char* next) {
    std::memcpy(&digits, next, kWord);
    digits ^= 0x3030303030303030;
    others = (((digits & 0x7F7F7F7F7F7F7F7F) + 0x7676767676767676) | digits) & 0x8080808080808080;
  }
};

int first_mark(std::uint64_t marks) { return marks == 0 ? kWord : std::countr_zero(marks) / 8; }

std::uint64_t first_bytes(std::uint64_t word, int count) { return word & ((std::uint64_t{1} << 8 * count) - 1); }

// The number that the first `count` digits make, 1 to 7.
std::uint64_t joined(std::uint64_t digits, int count) {
  digits <<= 8 * (kWord - count);  // zeros in front
  digits = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
  digits = (digits * 100 + (digits >> 16)) & 0x0000FFFF0000FFFF;
  return (digits * 10000 + (digits >> 32)) & 0xFFFFFFFF;
}

// A whole number below 2⁵³ divided by an exact power of ten is rounded correctly.
double divided(std::uint64_t whole, int places) {
  return static_cast<double>(static_cast<std::int64_t>(whole)) / kPowers[static_cast<std::size_t>(places)];
}

// Reads a number without sign and moves `next` behind it; false if it is none, or longer than seven digits and seven.
bool read_magnitude(const char*& next, double& value) {
  const Word word(next);
  const int before = first_mark(word.others);
  if (before == 0 || before == kWord) return false;
  if (next[before] != '.') {
    next += before;
    value = static_cast<double>(static_cast<std::int64_t>(joined(word.digits, before)));
    return true;
  }
  // Most numbers end in the word they begin in: without the point their digits stand side by side.
  if (const int end = first_mark(word.others & (word.others - 1)); end != kWord && end > before + 1) {
    const std::uint64_t whole = first_bytes(word.digits, before);
    next += end;
    value = divided(joined(whole | ((word.digits >> 8) ^ first_bytes(word.digits >> 8, before)), end - 1),
                    end - before - 1);
    return true;
  }
  next += before + 1;
  const Word rest(next);
  const int after = first_mark(rest.others);
  if (after == 0 || after == kWord) return false;
  next += after;
  std::uint64_t whole = joined(word.digits, before);
  for (int k = 0; k < after; ++k) whole *= 10;
  value = divided(whole + joined(rest.digits, after), after);
  return true;
}

}  // namespace

std::size_t read_short_decimals(std::string_view& text, std::span<double> out) {
  if constexpr (std::endian::native != std::endian::little) return 0;
  const char *next = text.data(), *const end = next + text.size();
  for (std::size_t count = 0; count < out.size() && end - next >= kRoom;) {
    const bool is_negative = *next == '-';
    double value = 0.0;
    next += is_negative ? 1 : 0;
    if (!read_magnitude(next, value)) return 0;
    out[count++] = is_negative ? -value : value;
    const char separator = *next++;
    if (separator == ',') continue;
    if (separator == '\r' && *next == '\n')
      ++next;
    else if (separator != '\n')
      return 0;
    text.remove_prefix(static_cast<std::size_t>(next - text.data()));
    return count;
  }
  return 0;
}

}  // namespace boxtrail::metrics
