#pragma once
/// A version of a model: where the values of a line are in a frame, and every text that is the same in each
/// of its lines.

#include <mlops/base/digest.hpp>
#include <mlops/monitor/prediction_log.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/score/scorer.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace mlops::monitor {

class Writer;

/// A column of the rows by which features are looked up, and that the model does not take.
struct KeyField {
  std::string head;        ///< As that of a Field.
  std::size_t column = 0;  ///< Position in Scorer::columns().
};

/// An input that is written.
struct Field {
  enum class Form { number, whole, flag, category, date, timestamp, time };

  std::string name = {};    ///< Of the input.
  std::string head = {};    ///< "\"name\":", with a comma in front unless it is the first of its object.
  std::size_t feature = 0;  ///< Position in the frame.
  std::size_t input = 0;    ///< Position in the signature.
  Form form = Form::number;
  bool literal = false;                 ///< Of a category: numbers or flags, not texts.
  std::vector<std::string> codes = {};  ///< Of a category: each as JSON.
};

class Stream {
 public:
  Stream(const std::string& model, const std::string& address, const Digest& record,
         const score::Scorer& scorer, const LogPolicy& policy);

  std::string model;
  double share = 1;
  std::vector<KeyField> keys = {};
  std::vector<Field> inputs = {};
  std::vector<Field> features = {};  ///< Those that a view makes.
  std::size_t outputs = 1;
  predict::Task task = predict::Task::binary;
  std::string version = {};               ///< `,"model":...,"digest":...,"as_of":`
  std::vector<std::string> classes = {};  ///< Each as JSON.
  std::vector<std::string> class_heads =
      {};  ///< Of `probabilities`: "\"name\":", with a comma but the first.
  Writer* writer = nullptr;
};

/// A category or a class as JSON has it: the number or flag that it was, where `literal`, else a text.
void append_category(std::string_view text, bool literal, std::string& out);
bool is_literal(std::string_view sql_type);

}  // namespace mlops::monitor
