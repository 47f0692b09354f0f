// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/report.h"

#include <sys/utsname.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <ostream>
#include <stdexcept>

namespace bench {
namespace {

struct Figures {
  uint64_t wall_p10_us;
  uint64_t wall_median_us;
  uint64_t cpu_median_us;
  uint64_t binary_bytes;
};

Figures figures_of(const Contender& contender) {
  return {quantile(contender.runs, &Run::wall_ns, 0.1) / 1000,
          quantile(contender.runs, &Run::wall_ns, 0.5) / 1000,
          quantile(contender.runs, &Run::cpu_us, 0.5),
          std::filesystem::file_size(contender.command[0])};
}

double ratio(uint64_t value, uint64_t floor) {
  return floor == 0 ? 0 : static_cast<double>(value) / static_cast<double>(floor);
}

std::string today() {
  const time_t now = time(nullptr);
  struct tm date = {};
  gmtime_r(&now, &date);
  char text[16];
  strftime(text, sizeof(text), "%Y-%m-%d", &date);
  return text;
}

}  // namespace

uint64_t quantile(const std::vector<Run>& runs, uint64_t Run::* member, double share) {
  std::vector<uint64_t> values;
  for (const Run& run : runs) {
    values.push_back(run.*member);
  }
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

void print_table(std::ostream& out, const std::vector<Contender>& contenders) {
  const Figures floor = figures_of(contenders.front());
  out << "contender   p10 us  x floor  median us  x floor  cpu us  x floor    mem KB  syscalls"
         "  binary bytes\n";
  for (const Contender& contender : contenders) {
    const Figures figures = figures_of(contender);
    out << std::fixed << std::setprecision(2) << std::left << std::setw(10) << contender.name
        << std::right << std::setw(8) << figures.wall_p10_us << std::setw(9)
        << ratio(figures.wall_p10_us, floor.wall_p10_us) << std::setw(11) << figures.wall_median_us
        << std::setw(9) << ratio(figures.wall_median_us, floor.wall_median_us) << std::setw(8)
        << figures.cpu_median_us << std::setw(9)
        << ratio(figures.cpu_median_us, floor.cpu_median_us) << std::setw(8)
        << contender.peak_memory_kb << std::setw(10) << contender.syscalls << std::setw(14)
        << figures.binary_bytes << "\n";
  }
}

void append_history(const std::string& path, const std::string& machine,
                    const std::vector<Contender>& contenders) {
  const bool is_new = !std::filesystem::exists(path);
  std::ofstream file(path, std::ios::app);
  if (is_new) {
    file << "date,machine,kernel,contender,rounds,p10_us,p10_x_floor,median_us,cpu_us,"
            "cpu_x_floor,peak_memory_kb,syscalls,binary_bytes\n";
  }
  struct utsname kernel = {};
  uname(&kernel);
  const Figures floor = figures_of(contenders.front());
  for (const Contender& contender : contenders) {
    const Figures figures = figures_of(contender);
    file << std::fixed << std::setprecision(2) << today() << ",\"" << machine << "\","
         << kernel.release << "," << contender.name << "," << contender.runs.size() << ","
         << figures.wall_p10_us << "," << ratio(figures.wall_p10_us, floor.wall_p10_us) << ","
         << figures.wall_median_us << "," << figures.cpu_median_us << ","
         << ratio(figures.cpu_median_us, floor.cpu_median_us) << "," << contender.peak_memory_kb
         << "," << contender.syscalls << "," << figures.binary_bytes << "\n";
  }
  if (!file.flush()) {
    throw std::runtime_error(path + ": can't be written");
  }
}

std::vector<Scenario> summarize(const std::vector<Contender>& contenders) {
  // Source: the slides of the talk of 2021 that nosc answers.
  constexpr struct {
    const char* name;
    uint64_t bytes;
  } kPublished[] = {{"the talk's engine, published", 24904}, {"youki, published", 2574792}};

  const Figures floor = figures_of(contenders.front());
  Case times{"a static true", {}};
  Case sizes{"without shared libraries", {}};
  uint64_t base_bytes = 0;
  const auto add_size = [&](const std::string& name, uint64_t bytes) {
    if (base_bytes == 0) base_bytes = bytes;
    sizes.rows.push_back({name, static_cast<double>(bytes), ratio(bytes, base_bytes)});
  };
  for (const Contender& contender : contenders) {
    const Figures figures = figures_of(contender);
    times.rows.push_back({contender.name, static_cast<double>(figures.wall_p10_us),
                          ratio(figures.wall_p10_us, floor.wall_p10_us)});
    if (&contender != &contenders.front()) add_size(contender.name, figures.binary_bytes);
  }
  for (const auto& published : kPublished) add_size(published.name, published.bytes);
  return {{"time of a run", "us", {times}}, {"size of the program", "bytes", {sizes}}};
}

}  // namespace bench
