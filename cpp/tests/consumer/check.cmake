# Runs the consumer with every tracker and compares its rows with those expected: NAME.options.txt, NAME.rows.txt in cases/.
#
# The rows of scene.txt are the Python reference's (tests/test_consumer.py sees to that). Those of by-hand.txt follow by
# reasoning, frames 1 to 6: boxes that stand still have no innovation, so each row is the detection itself. Object 1 is
# born in frame 1 and reported at once; its score falls to 0.3 in frame 3 (second association), it hides in frame 4 and
# keeps its id. Object 2 is born in frame 2, so it is reported from frame 3 on, and hides in frame 6. A third one has
# scores of 0.3 and 0.65: never enough for a track. In frame 7 object 1 moves; that row is the Python reference's.
set(by_hand
"1,1,100.00,100.00,50.00,100.00,0.90
2,1,100.00,100.00,50.00,100.00,0.90
3,1,100.00,100.00,50.00,100.00,0.30
3,2,400.00,100.00,50.00,100.00,0.90
4,2,400.00,100.00,50.00,100.00,0.90
5,1,100.00,100.00,50.00,100.00,0.90
5,2,400.00,100.00,50.00,100.00,0.90
6,1,100.00,100.00,50.00,100.00,0.90
7,1,101.40,100.70,50.00,100.00,0.90
")
find_program(consumer consumer PATHS ${BUILD} ${BUILD}/${CONFIG} NO_DEFAULT_PATH REQUIRED)
set(cases ${CMAKE_CURRENT_LIST_DIR}/cases)

function(check tracker detections expected)
  execute_process(COMMAND ${consumer} ${tracker} ${cases}/${tracker}.options.txt ${cases}/${detections}
    OUTPUT_VARIABLE rows RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "the consumer ended with ${code}")
  endif()
  if(NOT rows STREQUAL expected)
    message(FATAL_ERROR "${tracker} on ${detections}: the consumer printed\n${rows}instead of\n${expected}")
  endif()
endfunction()

check(bytetrack by-hand.txt "${by_hand}")
file(GLOB files ${cases}/*.rows.txt)
list(LENGTH files count)
if(count EQUAL 0)
  message(FATAL_ERROR "no expected rows in ${cases}")
endif()
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  string(REPLACE ".rows.txt" "" tracker ${name})
  file(READ ${file} expected)
  check(${tracker} scene.txt "${expected}")
endforeach()
