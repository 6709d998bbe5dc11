# The image of a node, and of kvctl. `docker build .` builds the jar too; where it was built before, it can be taken:
#
#   mvn -DskipTests package
#   docker build --build-arg BUILD_BASE=eclipse-temurin:25-jdk --build-arg JAR=kv-service/target/canvass-kv-service.jar .
#
# BUILD_BASE needs a shell and a JDK 25, and Maven where no JAR is given. JRE_BASE needs nothing but java on the PATH.
ARG BUILD_BASE=maven:3.9-eclipse-temurin-25
ARG JRE_BASE=eclipse-temurin:25-jre

FROM ${BUILD_BASE} AS build
ARG JAR=""
WORKDIR /src
COPY . .
RUN docker/unpack /build "$JAR" && mkdir /build/data

# What a node runs from. What changes least comes first: an upgrade of Canvass alone is a few megabytes.
FROM ${JRE_BASE} AS node
COPY --from=build /build/native/ /app/native/
COPY --from=build /build/dependencies/ /app/
COPY --from=build /build/snapshot-dependencies/ /app/
COPY --from=build /build/application/ /app/
COPY docker/jvm.options docker/heap.flags /app/

# The AOT cache of a node that served some requests: a start takes half the time. A cache is for one JVM and one class path,
# so it is made here, on the final base. No network.
FROM node AS train
COPY --from=build /build/train/ /train/
RUN ["java", "-cp", "/train", "Train", "/train/canvass.aot", \
     "java", "@/app/jvm.options", "-Xmx512m", "-XX:AOTCacheOutput=/train/canvass.aot", "-jar", "/app/canvass.jar", \
     "--server.address=127.0.0.1", "--server.port=0", "--kv.peer.host=127.0.0.1", "--kv.peer.port=0", \
     "--kv.data-dir=/train/data"]

FROM node
COPY --from=train /train/canvass.aot /app/
COPY docker/kvctl /usr/local/bin/
COPY LICENSE /licenses/
# A volume that is made new takes over the owner of what it covers.
COPY --from=build --chown=10001:10001 /build/data/ /data/

# The data is in a directory below the mount: a restore wants one that is not there yet, and many file systems put a directory of
# their own at the top. What heap, state and log take follows the container's memory limit; a tenth is left for kvctl and the health
# check. Two arenas: glibc would make eight for each processor, and give little of them back.
# Beyond the container: so a node that asks nobody who he is refuses to start, unless KV_SECURITY_INSECURE=true (docs/security.md).
ENV SERVER_ADDRESS=0.0.0.0 \
    KV_DATADIR=/data/node \
    KV_MEMORY_TOTAL=90% \
    MALLOC_ARENA_MAX=2
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080 9080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s --retries=3 \
    CMD ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx16m", "-cp", "/app/canvass.jar", "io.canvass.kv.tools.Probe"]
ENTRYPOINT ["java", "@/app/jvm.options", "-XX:AOTCache=/app/canvass.aot", "-jar", "/app/canvass.jar"]

# Last, for they change with each build.
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Canvass" \
      org.opencontainers.image.description="A replicated key-value store whose elections do no harm." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
