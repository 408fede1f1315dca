#include <gtest/gtest.h>
#include <mlops/serve/body.hpp>
