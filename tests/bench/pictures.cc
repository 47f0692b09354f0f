// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/pictures.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <stdexcept>

namespace bench {
namespace {

constexpr int kWidth = 720;
constexpr int kLabelWidth = 260;  // left of the bars
constexpr int kFigureWidth = 150;
constexpr int kBarHeight = 16;
constexpr int kLineHeight = 20;

// A text as a JSON string; also fit for SVG, as these texts hold no character that either escapes
// differently.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result + "\"";
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return result;
}

std::string file_name(std::string name) {
  std::replace_if(name.begin(), name.end(), [](char c) { return c == ' ' || c == '\''; }, '_');
  return name + ".svg";
}

void finish(std::ofstream& file, const std::string& path) {
  if (!file.flush()) {
    throw std::runtime_error(path + ": can't be written");
  }
}

double largest_of(const Scenario& scenario) {
  double largest = 1;
  for (const Case& row : scenario.cases) {
    for (const Row& figure : row.rows) {
      largest = std::max(largest, figure.value);
    }
  }
  return largest;
}

void write_bar(std::ostream& out, int y, const Row& row, double largest, const std::string& unit) {
  const double width = row.value / largest * (kWidth - kLabelWidth - kFigureWidth);
  const bool is_own = row.contender.rfind("nosc", 0) == 0;
  out << "<text x=\"" << kLabelWidth - 8 << "\" y=\"" << y + kBarHeight - 4
      << "\" text-anchor=\"end\">" << escaped(row.contender) << "</text>\n<rect x=\"" << kLabelWidth
      << "\" y=\"" << y << "\" width=\"" << std::max(width, 1.0) << "\" height=\"" << kBarHeight
      << "\" fill=\"" << (is_own ? "#c2410c" : "#94a3b8") << "\"/>\n<text x=\""
      << kLabelWidth + width + 6 << "\" y=\"" << y + kBarHeight - 4 << "\">" << std::setprecision(0)
      << row.value << " " << unit << std::setprecision(2) << " (" << row.times_base << ")</text>\n";
}

void write_picture(const std::string& path, const Scenario& scenario) {
  int height = kLineHeight + 8;
  for (const Case& row : scenario.cases) {
    height += static_cast<int>(row.rows.size()) * kLineHeight + kLineHeight / 2;
  }
  std::ofstream out(path);
  out << std::fixed << std::setprecision(1) << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""
      << kWidth << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"#ffffff\"/>\n<text x=\"8\" y=\"18\" font-weight=\"bold\">"
      << escaped(scenario.name) << "</text>\n";
  const double largest = largest_of(scenario);
  int y = kLineHeight + 8;
  for (const Case& row : scenario.cases) {
    out << "<text x=\"8\" y=\"" << y + kBarHeight - 4 << "\">" << escaped(row.name) << "</text>\n";
    for (const Row& figure : row.rows) {
      write_bar(out, y, figure, largest, scenario.unit);
      y += kLineHeight;
    }
    y += kLineHeight / 2;
  }
  out << "</svg>\n";
  finish(out, path);
}

}  // namespace

void write_json(const std::string& path, const std::string& machine,
                const std::vector<Scenario>& scenarios) {
  std::ofstream out(path);
  out << std::fixed << std::setprecision(3) << "{\"machine\": " << quoted(machine)
      << ", \"figures\": [";
  const char* separator = "\n";
  for (const Scenario& scenario : scenarios) {
    for (const Case& row : scenario.cases) {
      for (const Row& figure : row.rows) {
        out << separator << "  {\"scenario\": " << quoted(scenario.name)
            << ", \"case\": " << quoted(row.name) << ", \"contender\": " << quoted(figure.contender)
            << ", \"unit\": " << quoted(scenario.unit) << ", \"value\": " << figure.value
            << ", \"times_base\": " << figure.times_base << "}";
        separator = ",\n";
      }
    }
  }
  out << "\n]}\n";
  finish(out, path);
}

void write_pictures(const std::string& folder, const std::vector<Scenario>& scenarios) {
  std::filesystem::create_directories(folder);
  for (const Scenario& scenario : scenarios) {
    write_picture(folder + "/" + file_name(scenario.name), scenario);
  }
}

}  // namespace bench
