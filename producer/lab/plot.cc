#include "producer/lab/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace utboks::lab {
namespace {

constexpr double kWidth = 760, kHeight = 460, kLeft = 80, kRight = 180, kTop = 30, kBottom = 60;
constexpr double kLeast = 0.1;  // what a logarithm can show of nothing

struct Axis {
  int low = 0, high = 1;  // powers of ten
  double from = 0, to = 0;

  double At(double value) const {
    const double share = (std::log10(std::max(value, kLeast)) - low) / (high - low);
    return from + (to - from) * share;
  }
};

struct Point {
  std::string name;
  double waste = 0, delay = 0;
  bool gives_up = false;
};

Axis Fit(const std::vector<Point>& points, double Point::*value, double from, double to) {
  Axis axis{5, -1, from, to};
  for (const Point& point : points) {
    const double power = std::log10(std::max(point.*value, kLeast));
    axis.low = std::min(axis.low, static_cast<int>(std::floor(power)));
    axis.high = std::max(axis.high, static_cast<int>(std::ceil(power)));
  }
  if (axis.high <= axis.low) axis.high = axis.low + 1;
  return axis;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Power(int power) {
  return power < 0 ? fmt::format("{:g}", std::pow(10, power)) : ShowCount(std::pow(10, power));
}

void Line(std::string& svg, double x1, double y1, double x2, double y2) {
  svg += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ccc\"/>\n", x1, y1,
      x2, y2);
}

void Text(std::string& svg, double x, double y, std::string_view anchor, std::string_view text) {
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     Escaped(text));
}

// Where each name stands: beside its point, below the names above it that it would touch.
std::vector<double> NameHeights(const std::vector<double>& across,
                                const std::vector<double>& upwards) {
  constexpr double kApart = 14, kLongest = 180;
  std::vector<std::size_t> order(upwards.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return upwards[i]; });
  std::vector<double> heights = upwards;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (std::abs(across[order[i]] - across[order[j]]) > kLongest) continue;
      const double below = heights[order[j]] + kApart;
      if (heights[order[j]] <= heights[order[i]] + kApart) {
        heights[order[i]] = std::max(heights[order[i]], below);
      }
    }
  }
  return heights;
}

}  // namespace

std::string PlotSvg(std::span<const Row> rows) {
  std::vector<Point> points;
  for (const Row& row : rows) {
    const Summary& s = row.summary;
    if (!s.all.p50) continue;
    points.push_back({row.policy, s.waste_an_hour(), static_cast<double>(s.all.p50->count()) / 1000,
                      s.given_up + s.left > 0});
  }
  const Axis across = Fit(points, &Point::waste, kLeft, kWidth - kRight);
  const Axis upwards = Fit(points, &Point::delay, kHeight - kBottom, kTop);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth, kHeight);
  for (int power = across.low; power <= across.high; ++power) {
    const double x = across.At(std::pow(10, power));
    Line(svg, x, kTop, x, kHeight - kBottom);
    Text(svg, x, kHeight - kBottom + 18, "middle", Power(power));
  }
  for (int power = upwards.low; power <= upwards.high; ++power) {
    const double y = upwards.At(std::pow(10, power));
    Line(svg, kLeft, y, kWidth - kRight, y);
    Text(svg, kLeft - 8, y + 4, "end", Power(power) + " s");
  }
  Text(svg, (kLeft + kWidth - kRight) / 2, kHeight - 16, "middle",
       "requests wasted in an hour of outage");
  Text(svg, kLeft, kTop - 10, "start",
       "median until all that waited is delivered (hollow: messages given up)");
  std::vector<double> xs, ys;
  xs.reserve(points.size());
  ys.reserve(points.size());
  for (const Point& point : points) {
    xs.push_back(across.At(point.waste));
    ys.push_back(upwards.At(point.delay));
  }
  const std::vector<double> names = NameHeights(xs, ys);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    const double x = across.At(point.waste);
    svg +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" stroke=\"#a33\" fill=\"{}\"/>\n",
                    x, upwards.At(point.delay), point.gives_up ? "#fff" : "#a33");
    Text(svg, xs[i] + 9, names[i] + 4, "start", point.name);
  }
  return svg + "</svg>\n";
}

}  // namespace utboks::lab
