# cmake --install, so that a C++ program can find_package(boxtrail).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/boxtrail)
install(TARGETS boxtrail EXPORT boxtrail-targets COMPONENT cpp)
install(DIRECTORY cpp/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT cpp)
install(EXPORT boxtrail-targets NAMESPACE boxtrail:: FILE boxtrail-config.cmake
  DESTINATION ${package_dir} COMPONENT cpp)
write_basic_package_version_file(boxtrail-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/boxtrail-config-version.cmake
  DESTINATION ${package_dir} COMPONENT cpp)
