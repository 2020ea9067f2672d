#include "boxtrail/metrics/track_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "boxtrail/metrics/short_decimals.hpp"

namespace boxtrail::metrics {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = 9007199254740992.0;  // 2⁵³: whole numbers up to here are exact

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

[[noreturn]] void fail(std::int64_t line, const std::string& what) {
  throw std::invalid_argument("line " + std::to_string(line) + ": " + what);
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// A field as a message shows it: short and printable, whatever the file holds.
std::string shown(std::string_view field) {
  std::string out(field.substr(0, 40));
  for (char& c : out)
    if (c < ' ' || c > '~') c = '?';
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Most fields are short decimals: a whole number below 2⁵³ divided by an exact power of ten is rounded correctly.
std::optional<double> short_decimal(std::string_view field) {
  static constexpr std::array<double, 16> kPowers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char *next = field.data(), *end = next + field.size();
  const bool negative = next != end && *next == '-';
  next += negative;
  if (end - next > 16) return std::nullopt;
  std::uint64_t whole = 0;
  const auto digits = [&] {
    const char* first = next;
    for (unsigned digit; next != end && (digit = static_cast<unsigned char>(*next) - unsigned{'0'}) < 10; ++next)
      whole = 10 * whole + digit;
    return static_cast<std::size_t>(next - first);
  };
  const std::size_t before = digits();
  std::size_t after = 0;
  if (next != end && *next == '.') {
    ++next;
    after = digits();
  }
  if (next != end || before + after == 0 || before + after > 15) return std::nullopt;
  const auto magnitude = static_cast<double>(static_cast<std::int64_t>(whole));
  const double value = after == 0 ? magnitude : magnitude / kPowers[after];
  return negative ? -value : value;
}

double number(std::string_view field, std::int64_t line) {
  if (field.empty()) fail(line, "a column is empty");
  if (const auto value = short_decimal(field)) return *value;
  const std::string_view digits = field.front() == '+' ? field.substr(1) : field;
  double value = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range || (error == std::errc() && !std::isfinite(value)))
    fail(line, "a value is not finite: " + shown(field));
  if (error != std::errc() || end != digits.data() + digits.size()) fail(line, "not a number: '" + shown(field) + "'");
  return value;
}

std::int64_t whole(std::string_view field, std::int64_t line, std::int64_t lowest, const char* complaint) {
  const double value = number(field, line);
  if (value < static_cast<double>(lowest) || value >= kLargest || value != std::floor(value))
    fail(line, std::string(complaint) + ", not " + shown(field));
  return static_cast<std::int64_t>(value);
}

// Splits a line at commas, or at blanks if it has none; one comma at the end is forgiven.
template <std::size_t kMost>
std::size_t split(std::string_view line, std::array<std::string_view, kMost>& fields) {
  std::size_t count = 0;
  if (line.find(',') == std::string_view::npos) {
    while (!(line = trim(line)).empty()) {
      const auto end = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), is_blank) - line.begin());
      if (count < kMost) fields[count] = line.substr(0, end);
      ++count;
      line.remove_prefix(end);
    }
    return count;
  }
  if (line.back() == ',') line.remove_suffix(1);
  const char *begin = line.data(), *const end = begin + line.size();
  for (const char* next = begin;; ++next) {
    if (next != end && *next != ',') continue;
    if (count < kMost) fields[count] = trim({begin, static_cast<std::size_t>(next - begin)});
    ++count;
    if (next == end) return count;
    begin = next + 1;
  }
}

// Calls visit(line without blanks around it, its number) for every line with something on it that `take` leaves.
// take(rest of the text, number of its first line) takes that line off and returns true if it could deal with it.
template <class Take, class Visit>
void each_line(std::string_view text, const Take& take, const Visit& visit) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::int64_t number = 1; !text.empty(); ++number) {
    if (take(text, number)) continue;
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty()) visit(line, number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

template <class T>
void reorder(std::vector<T>& values, const std::vector<std::int64_t>& order) {
  if (values.empty()) return;
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::int64_t i : order) sorted.push_back(values[at(i)]);
  values = std::move(sorted);
}

// The rows in ascending order of their frames; equal frames stay in order.
std::vector<std::int64_t> frame_order(const std::vector<std::int64_t>& frames) {
  std::vector<std::int64_t> order(frames.size());
  const std::int64_t last = frames.empty() ? 0 : *std::max_element(frames.begin(), frames.end());
  if (last > static_cast<std::int64_t>(16 * frames.size() + 4096)) {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return frames[at(a)] < frames[at(b)]; });
    return order;
  }
  std::vector<std::int64_t> next(at(last) + 2, 0);
  for (const std::int64_t frame : frames) ++next[at(frame) + 1];
  for (std::size_t k = 1; k < next.size(); ++k) next[k] += next[k - 1];
  for (std::size_t i = 0; i < frames.size(); ++i) order[at(next[at(frames[i])]++)] = static_cast<std::int64_t>(i);
  return order;
}

template <std::size_t kColumns>
void sort_by_frame(TrackText<kColumns>& rows) {
  if (std::is_sorted(rows.frames.begin(), rows.frames.end())) return;
  const auto order = frame_order(rows.frames);
  reorder(rows.frames, order);
  reorder(rows.ids, order);
  reorder(rows.lines, order);
  reorder(rows.numbers, order);
  reorder(rows.labels, order);
}

// Whether no id is twice in a frame, where a table of the ids is small enough to tell; false says nothing.
template <std::size_t kColumns>
bool is_surely_unique(const TrackText<kColumns>& rows) {
  if (rows.ids.empty()) return true;
  const auto [low, high] = std::minmax_element(rows.ids.begin(), rows.ids.end());
  if (*low < 0 || *high > static_cast<std::int64_t>(16 * rows.ids.size() + 4096)) return false;
  std::vector<std::int64_t> last_frame(at(*high) + 1, -1);
  for (std::size_t i = 0; i < rows.ids.size(); ++i)
    if (std::exchange(last_frame[at(rows.ids[i])], rows.frames[i]) == rows.frames[i]) return false;
  return true;
}

// Of the rows in order: an id twice in a frame is a mistake, unless `may_repeat`.
template <std::size_t kColumns, class MayRepeat>
void check_unique(const TrackText<kColumns>& rows, const MayRepeat& may_repeat) {
  if (is_surely_unique(rows)) return;
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;  // id, line
  for (std::size_t begin = 0, end = 0; begin < rows.frames.size(); begin = end) {
    seen.clear();
    for (; end < rows.frames.size() && rows.frames[end] == rows.frames[begin]; ++end)
      if (!may_repeat(end)) seen.emplace_back(rows.ids[end], rows.lines[end]);
    std::sort(seen.begin(), seen.end());
    for (std::size_t k = 1; k < seen.size(); ++k)
      if (seen[k].first == seen[k - 1].first)
        fail(seen[k].second, "track " + std::to_string(seen[k].first) + " has a row in frame " +
                                 std::to_string(rows.frames[begin]) + " already, in line " +
                                 std::to_string(seen[k - 1].second));
  }
}

template <std::size_t kColumns>
void check_columns(TrackText<kColumns>& rows, std::size_t count, std::int64_t line) {
  if (rows.num_columns == 0) rows.num_columns = static_cast<std::int32_t>(count);
  if (rows.num_columns != static_cast<std::int32_t>(count))
    fail(line,
         "found " + std::to_string(count) + " columns, but the lines before have " + std::to_string(rows.num_columns));
}

// Room for as many rows as there are lines, of which the shortest has twelve characters.
template <std::size_t kColumns>
void reserve_lines(TrackText<kColumns>& rows, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const std::size_t most = std::min(lines, text.size() / 12 + 1);
  rows.frames.reserve(most);
  rows.ids.reserve(most);
  rows.lines.reserve(most);
  rows.numbers.reserve(most);
}

bool is_whole(double value) { return static_cast<double>(static_cast<std::int64_t>(value)) == value; }

// Whether the numbers of a line are a row as it should be; all are below 10⁷.
bool is_good_row(std::span<const double> values) {
  return is_whole(values[0]) && values[0] >= 1.0 && is_whole(values[1]) && values[1] >= 0.0 && values[4] >= 0.0 &&
         values[5] >= 0.0 && ((values.size() != 8 && values.size() != 9) || is_whole(values[7]));
}

// Takes a line of short decimals that is a good row with as many columns as the rows before.
bool take_row(std::string_view& text, std::int64_t line, TrackText<8>& out) {
  std::array<double, 10> values;
  std::string_view rest = text;
  const std::size_t count = read_short_decimals(rest, values);
  if (count < 6 || count != static_cast<std::size_t>(out.num_columns) || !is_good_row({values.data(), count}))
    return false;
  out.frames.push_back(static_cast<std::int64_t>(values[0]));
  out.ids.push_back(static_cast<std::int64_t>(values[1]));
  out.lines.push_back(line);
  auto& numbers = out.numbers.emplace_back();
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = k + 2 < count ? values[k + 2] : kNone;
  text = rest;
  return true;
}

}  // namespace

TrackText<8> parse_mot(std::string_view text) {
  TrackText<8> out;
  reserve_lines(out, text);
  std::array<std::string_view, 10> fields;
  const auto take = [&](std::string_view& rest, std::int64_t line) { return take_row(rest, line, out); };
  each_line(text, take, [&](std::string_view content, std::int64_t line) {
    const std::size_t count = split(content, fields);
    if (count < 6 || count > fields.size()) fail(line, "expected 6 to 10 columns, found " + std::to_string(count));
    check_columns(out, count, line);
    out.frames.push_back(whole(fields[0], line, 1, "frames count from 1"));
    if (fields[1] == "-1") fail(line, "a track id is a whole number ≥ 0, not -1; detections have to be tracked first");
    out.ids.push_back(whole(fields[1], line, 0, "a track id is a whole number ≥ 0"));
    out.lines.push_back(line);
    auto& numbers = out.numbers.emplace_back();
    for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = k + 2 < count ? number(fields[k + 2], line) : kNone;
    if ((count == 8 || count == 9) && numbers[5] != std::floor(numbers[5]))
      fail(line, "a class is a whole number, not " + shown(fields[7]));
    if (numbers[2] < 0.0 || numbers[3] < 0.0)
      fail(line, "negative size " + shown(fields[4]) + " × " + shown(fields[5]));
  });
  sort_by_frame(out);
  check_unique(out, [](std::size_t) { return false; });
  return out;
}

TrackText<7> parse_kitti(std::string_view text) {
  TrackText<7> out;
  std::array<std::string_view, 18> fields;
  std::unordered_map<std::string_view, std::int32_t> known;
  const auto take_none = [](std::string_view&, std::int64_t) { return false; };
  each_line(text, take_none, [&](std::string_view content, std::int64_t line) {
    const std::size_t count = split(content, fields);
    if (count != 10 && count != 17 && count != 18)
      fail(line, "expected 10, 17 or 18 columns, found " + std::to_string(count));
    check_columns(out, count, line);
    out.frames.push_back(whole(fields[0], line, 0, "frames count from 0"));
    const bool ignored = fields[2] == "DontCare";
    out.ids.push_back(whole(fields[1], line, ignored ? -1 : 0, "a track id is a whole number ≥ 0"));
    out.lines.push_back(line);
    const auto [entry, is_new] = known.try_emplace(fields[2], static_cast<std::int32_t>(out.names.size()));
    if (is_new) out.names.emplace_back(fields[2]);
    out.labels.push_back(entry->second);
    auto& numbers = out.numbers.emplace_back();
    numbers[0] = number(fields[3], line);
    numbers[1] = number(fields[4], line);
    for (std::size_t k = 2; k < 6; ++k) numbers[k] = number(fields[k + 4], line);
    numbers[6] = count == 18 ? number(fields[17], line) : kNone;
    if (numbers[4] < numbers[2] || numbers[5] < numbers[3])
      fail(line, "the box ends before it begins: " + shown(fields[6]) + " " + shown(fields[7]) + " " +
                     shown(fields[8]) + " " + shown(fields[9]));
  });
  sort_by_frame(out);
  check_unique(out, [&](std::size_t row) { return out.names[at(out.labels[row])] == "DontCare"; });
  return out;
}

}  // namespace boxtrail::metrics
