/// Fewer points for the same curve.
#include "src/view.hpp"

#include <cmath>
#include <queue>

namespace mlops::evaluate {
namespace {

/// Points at least this far apart (in x plus y) before the finer choice, unless the curve itself jumps.
constexpr double coarse_step = 1.0 / 2500;

double distance(const Point& a, const Point& b) { return std::fabs(a.x - b.x) + std::fabs(a.y - b.y); }

/// Walks along the curve and drops what is nearer to the last point kept than a step; what is dropped moves
/// the area by less than a step squared.
std::vector<std::size_t> coarse(std::span<const Point> curve) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const bool end = i == 0 || i + 1 == curve.size();
    if (end || distance(curve[out.back()], curve[i + 1]) > coarse_step) out.push_back(i);
  }
  return out;
}

/// Takes away, again and again, the point whose triangle with its neighbours is smallest.
class Simplifier {
 public:
  Simplifier(std::span<const Point> curve, std::vector<std::size_t> points)
      : curve_(curve), points_(std::move(points)) {
    for (std::size_t i = 0; i < points_.size(); ++i) links_.push_back({i - 1, i + 1});
    for (std::size_t i = 1; i + 1 < points_.size(); ++i) queue_.push({triangle(i), i});
  }

  std::vector<std::size_t> down_to(std::size_t most) {
    for (std::size_t left = points_.size(); left > most && !queue_.empty();) {
      const auto [area, i] = queue_.top();
      queue_.pop();
      if (gone(i) || area != triangle(i)) continue;
      remove(i);
      --left;
    }
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (!gone(i)) out.push_back(points_[i]);
    }
    return out;
  }

 private:
  struct Link {
    std::size_t before;
    std::size_t after;
  };
  using Candidate = std::pair<double, std::size_t>;

  bool gone(std::size_t i) const { return links_[i].after == 0; }

  double triangle(std::size_t i) const {
    const Point& a = curve_[points_[links_[i].before]];
    const Point& b = curve_[points_[i]];
    const Point& c = curve_[points_[links_[i].after]];
    return std::fabs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2;
  }

  void remove(std::size_t i) {
    const auto [before, after] = links_[i];
    links_[i].after = 0;
    links_[before].after = after;
    links_[after].before = before;
    for (const std::size_t near : {before, after}) {
      if (near != 0 && near + 1 != points_.size()) queue_.push({triangle(near), near});
    }
  }

  std::span<const Point> curve_;
  std::vector<std::size_t> points_;
  std::vector<Link> links_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

}  // namespace

std::vector<std::size_t> thinned(std::span<const Point> curve, std::size_t most) {
  return Simplifier(curve, coarse(curve)).down_to(most);
}

}  // namespace mlops::evaluate
