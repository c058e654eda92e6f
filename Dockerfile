# The image of moduled: the server, modulectl and the bundled model, run by a user without rights.
#
#   docker build -t moduled .        or   buildah bud -t moduled .
#   docker run -p 8001:8001 moduled
#   docker run -p 8001:8001 -v "$PWD/my-models:/models" moduled      with other models

FROM debian:bookworm-slim AS build
WORKDIR /src
# The packages are a layer of their own: they stay when only the sources change.
COPY deploy/install-packages.sh deploy/
COPY deploy/packages deploy/packages
RUN deploy/install-packages.sh build
COPY . .
RUN cmake --preset release -DMODULED_TESTS=OFF \
    && cmake --build build/release --target moduled modulectl \
    && install --strip -D --target-directory=/out \
       build/release/server/moduled build/release/client/modulectl/modulectl

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="moduled" \
      org.opencontainers.image.description="A model server that keeps the model open" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY deploy/install-packages.sh /usr/share/moduled/
COPY deploy/packages/run.txt /usr/share/moduled/packages/
RUN /usr/share/moduled/install-packages.sh run && rm -rf /var/lib/apt/lists/*
COPY LICENSE /usr/share/moduled/
COPY --from=build /out/ /usr/local/bin/
# The server writes new versions of a model into the repository; where the file system is read-only it says so instead.
COPY --chown=10001:10001 deploy/models /models

# The server would set them itself, by starting itself anew: see server/operations/compute_environment.cc.
ENV GOMP_SPINCOUNT=10000 OMP_WAIT_POLICY=ACTIVE OPENBLAS_NUM_THREADS=1

# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 8001 8002
STOPSIGNAL SIGTERM
ENTRYPOINT ["moduled"]
# A container's port is reached by whom it is published to. Where those are others than you: give --tokens FILE, or
# --tls-cert, --tls-key and --tls-client-ca, in place of the last flag.
CMD ["--repository", "/models", "--listen", "0.0.0.0:8001", "--http", "0.0.0.0:8002", "--allow-unauthenticated"]
